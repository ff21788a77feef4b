const mib = 1024 ** 2;
const gib = 1024 ** 3;

/** Bytes as a person reads them: GiB with one decimal, whole MiB below one. */
export function byteText(bytes: number): string {
  return bytes > 0 && bytes < gib ? `${Math.ceil(bytes / mib)} MiB` : `${(bytes / gib).toFixed(1)} GiB`;
}
