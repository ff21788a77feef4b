import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors/lab-error";
import { parseStat } from "../../toolchain/process-mark";

const pollMs = 10;
/** QEMU and the kernel need some time to let go of memory, network devices and disks. */
const endLimitMs = 20_000;

/** A process that cannot be mistaken for another: ids are used again, and counting starts again with every boot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine's boot; field 22 of /proc/PID/stat. */
  readonly startTime: string;
  /** The machine's /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
}

/** Reads what namespace-init.sh writes: "PID START_TIME BOOT_ID". */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const match = /^(\d+) (\d+) ([0-9a-f-]{36})\s*$/.exec(text);
  const [, pid, startTime, bootId] = match ?? [];
  if (pid === undefined || startTime === undefined || bootId === undefined) return undefined;
  return { pid: Number(pid), startTime, bootId };
}

export async function readIdentity(file: string): Promise<ProcessIdentity | undefined> {
  return parseIdentity(await readFile(file, "utf8").catch(() => ""));
}

export async function machineBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

const readStat = async (pid: number) =>
  parseStat(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""));

/** Whether the process still runs. One that has ended but was not waited for yet does not. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== (await machineBootId())) return false;
  const stat = await readStat(identity.pid);
  return stat?.startTime === identity.startTime && stat.state !== "Z";
}

/**
 * Ends the first process of a PID namespace, and so everything in it, and waits until all of it is gone.
 * The kernel lets the first process go only after all others, so nothing needs to be counted.
 *
 * @throws LabError KVM-317 when it is still there after 20 s.
 */
export async function endProcess(identity: ProcessIdentity): Promise<void> {
  if (!(await isAlive(identity))) return;
  const parent = await parentOf(identity);
  process.kill(identity.pid, "SIGKILL");
  const deadline = performance.now() + endLimitMs;
  while ((await isAlive(identity)) || (parent !== undefined && (await isAlive(parent)))) {
    if (performance.now() > deadline) throw stillThere(identity);
    await sleep(pollMs);
  }
}

/** The `unshare` that waits for the first process and ends with it. */
async function parentOf(identity: ProcessIdentity): Promise<ProcessIdentity | undefined> {
  const parent = (await readStat(identity.pid))?.parent;
  if (parent === undefined || parent <= 1) return undefined;
  const name = await readFile(`/proc/${parent}/comm`, "utf8").catch(() => "");
  const startTime = (await readStat(parent))?.startTime;
  if (name.trim() !== "unshare" || startTime === undefined) return undefined;
  return { pid: parent, startTime, bootId: identity.bootId };
}

function stillThere(identity: ProcessIdentity): LabError {
  return new LabError({
    code: "KVM-317",
    expected: `the first process of the private hypervisor, ${identity.pid}, to end within ${endLimitMs / 1000} s`,
    found: "it is still there; most likely one of its machines waits for a disk that does not answer",
    fix: `ps -o pid,stat,wchan:30,args --pid ${identity.pid} shows what it waits for; then run the same command again`,
  });
}
