import type { Operation } from "../resources/resource";

/** What a guest's move may take beside its own time limit, which counts for each of: another's job, a free place among those that leave, the copy. */
const beyondMs = 3_600_000;
const waits = 3;

/**
 * Does one guest's part of an operation within a limit of its own, so that the operation needs none: with many guests no limit for all of them
 * would be right.
 */
export async function guestOperation<T>(
  guest: string,
  timeoutSeconds: number,
  operation: Operation,
  act: (operation: Operation) => Promise<T>,
): Promise<T> {
  const limitMs = beyondMs + waits * timeoutSeconds * 1000;
  const late = new AbortController();
  const reached = () => late.abort(new Error(`${guest} was not moved within ${limitMs / 1000} s`));
  const release = operation.clock.later(limitMs, reached);
  try {
    return await act({ ...operation, signal: AbortSignal.any([operation.signal, late.signal]) });
  } finally {
    release();
  }
}
