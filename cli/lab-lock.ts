import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { check, type LockOptions, lock } from "proper-lockfile";
import { LabError } from "../errors/lab-error";
import type { Progress } from "../toolchain/progress";
import type { LabStack } from "./lab-stack";

const staleMs = 15_000;
const pollMs = 500;

/** What one command at a time is at work on. */
type Locked = Pick<LabStack, "name" | "folder">;

/**
 * Lets one command at a time change a lab. A lock whose holder was killed is free again after 15 s, and waited for.
 *
 * @throws LabError KVM-907 at once, when another command has it
 */
export async function withLabLock<T>(
  stack: Locked,
  work: () => Promise<T>,
  progress: Progress = (message) => console.error(message),
): Promise<T> {
  await mkdir(stack.folder, { recursive: true });
  const release = await acquire(stack, progress);
  await writeFile(holderFile(stack), String(process.pid));
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}

/**
 * For a command that changes no lab, and yet what a lab is built from.
 *
 * @throws LabError KVM-907 when a command is at work on the lab
 */
export async function refuseWhileAtWork(stack: LabStack): Promise<void> {
  if (!(await check(join(stack.folder, "lab"), { realpath: false, stale: staleMs }))) return;
  const holder = await namedHolder(stack);
  if (holder === undefined || isAlive(holder)) throw atWork(stack, holder, undefined);
}

/** Removes the folder of a lab that is none: nothing is in it but the name of its last holder. Another command's folder stays. */
export async function removeEmptyLab(stack: LabStack): Promise<void> {
  const names = await readdir(stack.folder).catch(() => []);
  if (names.some((name) => name !== basename(holderFile(stack)))) return;
  await rm(holderFile(stack), { force: true });
  await rmdir(stack.folder).catch(() => undefined);
}

async function acquire(stack: Locked, progress: Progress): Promise<() => Promise<void>> {
  // Its own name: proper-lockfile keeps its locks by the locked path, and the hypervisor locks the folder itself.
  const path = join(stack.folder, "lab");
  const options: LockOptions = {
    realpath: false,
    stale: staleMs,
    update: staleMs / 3,
    // Losing the lock (this process was stopped for that long) must not end the program from within a timer.
    onCompromised: () => undefined,
  };
  try {
    return await lock(path, options);
  } catch (error) {
    const holder = await holderOf(stack, error);
    if (holder === undefined || isAlive(holder)) throw atWork(stack, holder, error);
    progress(`The last command on the lab ${stack.name} was killed: its lock is free in at most 15 s.`);
  }
  const retries = { retries: (staleMs * 1.5) / pollMs, minTimeout: pollMs, maxTimeout: pollMs };
  try {
    return await lock(path, { ...options, retries });
  } catch (error) {
    // Somebody else was quicker.
    throw atWork(stack, await holderOf(stack, error), error);
  }
}

/** The process that has the lock; undefined when it has not said yet. Any other trouble than the lock is thrown on. */
async function holderOf(stack: Locked, error: unknown): Promise<number | undefined> {
  if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
  return namedHolder(stack);
}

async function namedHolder(stack: Locked): Promise<number | undefined> {
  const pid = Number(await readFile(holderFile(stack), "utf8").catch(() => ""));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function atWork(stack: Locked, holder: number | undefined, cause: unknown): LabError {
  return new LabError({
    code: "KVM-907",
    expected: `no other command at work on the lab ${stack.name}`,
    found: holder === undefined ? "one that has only just begun" : `process ${holder}`,
    fix: "wait for it, or end it with Ctrl-C where it runs",
    cause,
  });
}

function holderFile(stack: Locked): string {
  return join(stack.folder, "lab.holder");
}
