import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { LabError } from "../errors/lab-error";
import type { LabStack } from "./lab-stack";

/**
 * Lets one command at a time change a lab. A lock whose holder was killed is free again after 15 s.
 *
 * @throws LabError KVM-907 at once, when another command has it
 */
export async function withLabLock<T>(stack: LabStack, work: () => Promise<T>): Promise<T> {
  await mkdir(stack.folder, { recursive: true });
  const holder = join(stack.folder, "lab.holder");
  // Its own name: proper-lockfile keeps its locks by the locked path, and the hypervisor locks the folder itself.
  const release = await lock(join(stack.folder, "lab"), {
    realpath: false,
    stale: 15_000,
    update: 5_000,
  }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ELOCKED") throw error;
    const pid = await readFile(holder, "utf8").catch(() => "unknown");
    throw new LabError({
      code: "KVM-907",
      expected: `no other command at work on the lab ${stack.name}`,
      found: `process ${pid}`,
      mend: "wait for it, or end it with Ctrl-C where it runs; after a kill the lab is free again in 15 s",
      cause: error,
    });
  });
  await writeFile(holder, String(process.pid));
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}
