import { join, resolve } from "node:path";
import { LabError } from "../../errors/lab-error";
import { cacheDir } from "../../toolchain/cache";

/** The cache's folder of everything that `./lab save` and `./lab import` made: the user's own, never cleared away. */
export const savesKind = "saves";

/** @throws LabError KVM-930 when the name cannot be a folder's, or would be hidden */
export function checkSaveName(name: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw new LabError({
    code: "KVM-930",
    expected: "a name of letters, digits, - _ and . (100 at most), beginning with no dot",
    found: JSON.stringify(name),
    fix: "take another name, for example before-class",
  });
}

export function savesFolder(): string {
  return resolve(cacheDir(), savesKind);
}

export function saveFolderOf(name: string): string {
  return join(savesFolder(), checkSaveName(name));
}
