/** `9.0.0` as numbers, the most important first. */
export type Version = readonly number[];

export function parseVersion(text: string | undefined): Version | undefined {
  const match = /\d+(?:\.\d+)+/.exec(text ?? "");
  return match ? match[0].split(".").map(Number) : undefined;
}

/** Below 0 when `a` is the older one, above 0 when it is the newer one, 0 when they are the same. */
export function compareVersions(a: Version, b: Version): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function versionText(version: Version): string {
  return version.join(".");
}
