/** A list as libvirt and the kernel write it: `0-3,^2,8`. */
export function numbersIn(text: string | undefined): number[] {
  const numbers = new Set<number>();
  for (const part of (text ?? "").split(",")) {
    const [, without, first, last] = /^\s*(\^?)(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (first === undefined) continue;
    for (let number = Number(first); number <= Number(last ?? first); number++) {
      if (without) numbers.delete(number);
      else numbers.add(number);
    }
  }
  return [...numbers];
}
