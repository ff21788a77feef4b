/** What a long step calls to say what it is doing: one short line, in the present tense. */
export type Progress = (message: string) => void;

/** Says what begins, does it, and says how long it took. */
export async function timed<T>(progress: Progress, step: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  progress(step);
  const result = await work();
  progress(`${step}: done in ${Math.round((performance.now() - started) / 1000)} s`);
  return result;
}
