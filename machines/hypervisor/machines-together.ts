import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Hypervisor } from "./hypervisor";
import { inHypervisor } from "./hypervisor-exec";

/** What libvirt says of one machine. */
export interface MachineState {
  readonly name: string;
  /** libvirt's word: `running`, `paused`, `shut off` … */
  readonly state: string;
  /** Whether libvirt is at work on it: saves, moves or dumps it. */
  readonly busy: boolean;
}

type Inside = Pick<Hypervisor, "pid">;

const memoryLimitMs = 180_000;
const pollMs = 200;
/** Servers with nothing to do are at rest most of the time. */
const restLimitMs = 30_000;
const restPauseMs = 50;

/** All machines of a hypervisor, by name. */
export async function machineStates(hypervisor: Inside): Promise<MachineState[]> {
  const names = lines(await virsh(hypervisor, ["list", "--all", "--name"])).sort();
  return Promise.all(
    names.map(async (name) => {
      const state = (await virsh(hypervisor, ["domstate", name])).trim();
      const job = state === "shut off" ? "" : await virsh(hypervisor, ["domjobinfo", name]);
      return { name, state, busy: isJob(job) };
    }),
  );
}

/** What `virsh domjobinfo` says: without a job only that there is none. */
export function isJob(text: string): boolean {
  const type = /^Job type:\s*(\S+)/m.exec(text)?.[1];
  return type !== undefined && type !== "None";
}

/** How much of this machine's memory QEMU takes for it, in bytes. */
export async function memoryOf(hypervisor: Inside, name: string): Promise<number> {
  const rss = /^rss (\d+)$/m.exec(await virsh(hypervisor, ["dommemstat", name]))?.[1];
  return Number(rss ?? 0) * 1024;
}

/**
 * Has machines stand still together, in a moment in which they can be saved. QEMU takes no memory back of an emulated machine whose
 * processor was just then in a guest of its own ("vCPU set in guest-mode inconsistent with migrated kernel nested state"); a processor
 * that has nothing to do is in none. All go on and stand still again until that is so: one alone would lose time against the others.
 *
 * @param giveRest takes from them, for a second, what may keep them busy
 * @throws Error when one of them has something to do all the time
 */
export async function suspendAll(
  hypervisor: Pick<Hypervisor, "pid" | "acceleration">,
  names: readonly string[],
  giveRest = async () => {},
): Promise<void> {
  const limit = performance.now() + restLimitMs;
  // KVM hands out the state of a guest's guest, too.
  if (hypervisor.acceleration === "kvm") return onEach(hypervisor, names, "suspend");
  for (;;) {
    await giveRest();
    await onEach(hypervisor, names, "suspend");
    const registers = await Promise.all(
      names.map((name) => virsh(hypervisor, ["qemu-monitor-command", name, "--hmp", "info registers -a"])),
    );
    const busy = names.filter((_, index) => !atRest(registers[index] ?? ""));
    if (busy.length === 0) return;
    if (performance.now() > limit)
      throw new Error(`the processor of ${busy.join(", ")} did not rest for ${restLimitMs / 1000} s`);
    await onEach(hypervisor, names, "resume");
    await sleep(restPauseMs);
  }
}

/** Whether all processors wait for something to do, by QEMU's `info registers -a`. */
export function atRest(registers: string): boolean {
  const halts = [...registers.matchAll(/\bHLT=(\d)/g)].map(([, halted]) => halted);
  return halts.length > 0 && halts.every((halted) => halted === "1");
}

async function onEach(
  hypervisor: Inside,
  names: readonly string[],
  verb: "suspend" | "resume",
): Promise<void> {
  await Promise.all(names.map((name) => virsh(hypervisor, [verb, name])));
}

/**
 * Writes the memory of machines that stand still into `folder`, as `virsh restore` reads it. QEMU does not end: whatever
 * becomes of the file, the machine is there.
 */
export async function saveMemories(
  hypervisor: Inside,
  names: readonly string[],
  folder: string,
): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      const disks = targetsIn(await virsh(hypervisor, ["domblklist", name]));
      const memory = ["--memspec", `file=${memoryFile(folder, name)},snapshot=external`];
      // Their disks are copied by whoever put the machines to sleep.
      const withoutDisks = disks.flatMap((disk) => ["--diskspec", `${disk},snapshot=no`]);
      const snapshot = ["snapshot-create-as", name, "--no-metadata", ...memory, ...withoutDisks];
      await virsh(hypervisor, snapshot, memoryLimitMs);
    }),
  );
}

/** Starts machines from their saved memory, all before the first goes on: what one has sent, the other got or will be sent again. */
export async function restoreAll(
  hypervisor: Inside,
  names: readonly string[],
  folder: string,
): Promise<void> {
  const restore = (name: string) => ["restore", memoryFile(folder, name), "--paused"];
  await Promise.all(names.map((name) => virsh(hypervisor, restore(name), memoryLimitMs)));
  await onEach(hypervisor, names, "resume");
}

/**
 * Has those go on that stand still, once libvirt has nothing more to do with them: it refuses before, also when whoever asked it to
 * save a machine is gone.
 *
 * @returns those that do not run, in words; none where all is well
 */
export async function resumeAll(hypervisor: Inside, names: readonly string[]): Promise<string[]> {
  const limit = performance.now() + memoryLimitMs;
  for (;;) {
    const mine = (await machineStates(hypervisor)).filter(({ name }) => names.includes(name));
    const paused = mine.filter(({ state, busy }) => state === "paused" && !busy);
    await Promise.all(paused.map(({ name }) => virsh(hypervisor, ["resume", name]).catch(() => undefined)));
    const left = mine.filter(({ state, busy }) => busy || state === "paused");
    if (left.length === 0 && paused.length === 0)
      return mine.flatMap(({ name, state }) => (state === "running" ? [] : [`${name} is ${state}`]));
    if (performance.now() > limit) return left.map(({ name, state }) => `${name} is still ${state}`);
    await sleep(pollMs);
  }
}

export function memoryFile(folder: string, name: string): string {
  return join(folder, `${name}.save`);
}

/** The disks' names as the machine has them, from `virsh domblklist`: a table with two lines of heading. */
export function targetsIn(text: string): string[] {
  return lines(text)
    .slice(2)
    .flatMap((line) => /^\s*(\S+)\s/.exec(line)?.[1] ?? []);
}

/** virsh inside the hypervisor. What it complains of is the error's message. */
async function virsh(hypervisor: Inside, args: readonly string[], timeoutMs = 30_000): Promise<string> {
  const result = await inHypervisor(hypervisor, ["virsh", ...args], { timeoutMs });
  if (result.exitCode === 0) return result.stdout;
  const complaint = result.stderr
    .trim()
    .replace(/^error: /gm, "")
    .replace(/\n+/g, ": ");
  const ended = result.exitCode === undefined ? `ended before it was done` : `exit code ${result.exitCode}`;
  throw new Error(`virsh ${args.slice(0, 2).join(" ")}: ${complaint || ended}`);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
