import { readdir, readFile } from "node:fs/promises";
import type { start } from "../lab/lab-command";

/** Kills the engine that a `./lab up` of ours has started, as a crash would. */
export async function killEngine(running: ReturnType<typeof start>): Promise<void> {
  const ours = new Set([running.pid]);
  const processes = await Promise.all(
    (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(described),
  );
  // Children come after their parents often, not always: until nothing is added.
  for (let known = 0; known !== ours.size; ) {
    known = ours.size;
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
  }
  const engine = processes.find(({ pid, command }) => ours.has(pid) && /\/pulumi\0up\0/.test(command));
  if (engine === undefined) throw new Error("no engine runs");
  process.kill(engine.pid, "SIGKILL");
}

async function described(name: string): Promise<{ pid: number; parent: number; command: string }> {
  const read = (file: string) => readFile(`/proc/${name}/${file}`, "utf8").catch(() => "");
  const [stat, command] = await Promise.all([read("stat"), read("cmdline")]);
  // After the name in parentheses: state, then the parent.
  return { pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]), command };
}
