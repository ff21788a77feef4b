/** The versions that are known to work together; see docs/concepts/toolchain.md before changing one. */
export const pulumiVersion = "3.232.0";
export const commandPluginVersion = "1.2.1";
export const libvirtPluginVersion = "0.8.3";

/**
 * The oldest engine that does what the program asks for: `replaceWith`, by which what is on a server is made again with it, is in the sources of 3.207.0, and
 * in none before. An older engine would say nothing and leave a server that was built again without its settings.
 */
const oldestPulumi: Version = [3, 207, 0];
/** The oldest Go that builds toolchain/go; its go.mod files ask for it. */
const oldestGo: Version = [1, 25, 8];

type Version = readonly [major: number, minor: number, patch: number];

/** Reads the first `1.2.3` in a program's output (`v3.232.0`, `go version go1.26.8 linux/amd64`). */
export function parseVersion(text: string): Version | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (!match) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

/** Whether a `pulumi` with this version can run the project: same major version, new enough. */
export function pulumiFits(versionText: string): boolean {
  const version = parseVersion(versionText);
  return version !== undefined && version[0] === oldestPulumi[0] && atLeast(version, oldestPulumi);
}

export function goFits(versionText: string): boolean {
  const version = parseVersion(versionText);
  return version !== undefined && atLeast(version, oldestGo);
}

export const oldestGoText = oldestGo.join(".");

function atLeast(version: Version, wanted: Version): boolean {
  for (const [index, part] of wanted.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
