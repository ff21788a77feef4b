/** Equal stretches of time, at most so many of them; their width is one that people can read: 1, 2 or 5 times a power of ten. */
export function binWidthMs(fromMs: number, toMs: number, most: number): number {
  const least = Math.max(1, (toMs - fromMs) / most);
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((width) => width >= least) ?? 10 * power;
}

/** Values by the stretch that their time lies in, in order; stretches without any are left out. */
export function binned<T>(
  values: readonly T[],
  timeOf: (value: T) => number,
  widthMs: number,
): { readonly from: number; readonly values: readonly T[] }[] {
  const bins = new Map<number, T[]>();
  for (const value of values) {
    const bin = Math.floor(timeOf(value) / widthMs);
    const known = bins.get(bin);
    if (known) known.push(value);
    else bins.set(bin, [value]);
  }
  return [...bins]
    .sort(([one], [other]) => one - other)
    .map(([bin, those]) => ({ from: bin * widthMs, values: those }));
}
