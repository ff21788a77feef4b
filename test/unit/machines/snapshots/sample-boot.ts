import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { warmServers } from "../../../../machines/hypervisor/hypervisor";
import { bootKind, sealBoot } from "../../../../machines/snapshots/boot-snapshots";
import { cacheDir } from "../../../../toolchain/cache";

/** Booted servers in the cache that KVMLAB_CACHE names, with a few bytes in each file. */
export async function putBoot(
  key: string,
  given: { readonly usedAt?: Date; readonly fileBytes?: number } = {},
): Promise<string> {
  const folder = join(cacheDir(), bootKind, key);
  await mkdir(folder, { recursive: true });
  for (const role of warmServers) {
    const content = (kind: string) => `${key} ${role} ${kind}`.padEnd(given.fileBytes ?? 0, ".");
    await writeFile(join(folder, `${role}.qcow2`), content("disk"));
    await writeFile(join(folder, `${role}.save`), content("memory"));
  }
  await sealBoot(folder, key);
  if (given.usedAt) await utimes(folder, given.usedAt, given.usedAt);
  return folder;
}
