/** Sequence numbers have 32 bits: after the last comes 0. */
export const sequenceModulus = 2 ** 32;

/** A number as it was sent, counted on without an end: the one of its many meanings that is nearest to the last number. */
export function unwrap(last: number, wire: number): number {
  const rounds = Math.round((last - wire) / sequenceModulus);
  return wire + rounds * sequenceModulus;
}
