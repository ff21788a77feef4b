/** The smallest value that `share` of the values do not exceed (nearest rank); NaN of none. Nothing is interpolated. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] ?? Number.NaN;
}

/** Times are told to a thousandth of a millisecond: more than the clocks give. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
