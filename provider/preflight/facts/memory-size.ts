const kibibytes: Readonly<Record<string, number>> = {
  b: 1 / 1024,
  bytes: 1 / 1024,
  KB: 1000 / 1024,
  k: 1,
  KiB: 1,
  kB: 1,
  MB: 1_000_000 / 1024,
  M: 1024,
  MiB: 1024,
  GB: 1_000_000_000 / 1024,
  G: 1_048_576,
  GiB: 1_048_576,
  TB: 1_000_000_000_000 / 1024,
  T: 1_073_741_824,
  TiB: 1_073_741_824,
};

/** A size in libvirt's units (its documentation: formatdomain, "memory"), or /proc's `kB`, as KiB. */
export function inKiB(amount: string | undefined, unit: string): number | undefined {
  const factor = kibibytes[unit.trim()];
  const number = Number(amount);
  return factor === undefined || !amount || !Number.isFinite(number) ? undefined : number * factor;
}

/** KiB for people: `128 MiB`. */
export function mebibytes(kib: number): string {
  return `${Math.floor((kib / 1024) * 10) / 10} MiB`;
}
