import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

/**
 * The full path of a program that PATH has, or undefined.
 *
 * `alsoIn`: folders to look in after those of PATH, for what its installer puts there and `sudo` hides.
 */
export async function findProgram(name: string, alsoIn: readonly string[] = []): Promise<string | undefined> {
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), ...alsoIn]) {
    if (!folder) continue;
    const path = join(folder, name);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}
