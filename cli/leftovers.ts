import { readdir, readFile } from "node:fs/promises";
import type { LabStack } from "./lab-stack";

/** Marks the engine and all that it starts as one lab's. */
export const labMark = "KVMLAB_LAB";

/**
 * Ends what an earlier, killed run of ./lab left behind: an engine without its ./lab, and above all a Pulumi program
 * without its engine, which would go on asking for it for ever. Called with the lab's lock held, so none of them has
 * an owner. What is meant is found by the mark in its environment, never by its name.
 */
export async function endLeftovers(stack: LabStack): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const marked = await Promise.all(pids.map(async (pid) => ((await isMarked(pid, stack)) ? [pid] : [])));
  const left = marked.flat().filter((pid) => pid !== process.pid);
  for (const pid of left) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
  return left.length;
}

async function isMarked(pid: number, stack: LabStack): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
  return environment.split("\0").includes(`${labMark}=${stack.folder}`);
}
