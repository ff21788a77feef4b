import { rm } from "node:fs/promises";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { LabError } from "../errors/lab-error";
import { findHypervisor } from "../machines/hypervisor";
import { resumeAll } from "../machines/hypervisor/machines-together";
import { forgetUnfinished, readUnfinished, settlingOf } from "../machines/snapshots/journal";
import { stagingFolder } from "../machines/snapshots/lab-places";
import type { Progress } from "../toolchain/progress";
import { knownLab } from "./access";
import type { LabStack } from "./lab-stack";
import { setClocks } from "./server-clocks";

/**
 * Ends what a killed save left of itself: the machines go on, what was written goes. Called with the lab's lock held, so none of it
 * has an owner.
 *
 * @throws LabError KVM-939 when a restore was begun and not ended, KVM-943 when machines do not go on
 */
export async function resolveUnfinishedWork(stack: LabStack, progress: Progress): Promise<void> {
  const hypervisor = await findHypervisor(stack.name);
  const settling = settlingOf(await readUnfinished(stack.folder), hypervisor !== undefined);
  if (settling.kind === "nothing") return;
  if (settling.kind === "refuse") throw halfRestored(stack, settling.command);
  if (settling.kind === "wake, then clear away" && hypervisor) {
    progress(`a save of the lab ${stack.name} was interrupted: its servers go on`);
    await resumeOrReport(stack, hypervisor, settling.machines);
    await setClocksOf(stack, progress);
  }
  await clearSave(stack);
}

/** @throws LabError KVM-943 */
export async function resumeOrReport(
  stack: LabStack,
  hypervisor: { readonly pid: number },
  machines: readonly string[],
): Promise<void> {
  const wrong = await resumeAll(hypervisor, machines);
  if (wrong.length === 0) return;
  throw new LabError({
    code: "KVM-943",
    expected: `all servers of the lab ${stack.name} to go on`,
    found: wrong.join(", "),
    fix: `./lab down ${stack.name}; a save brings it back: ./lab restore NAME`,
  });
}

/** What was written of a save that is not to be. The journal last: as long as it is there, the next command does the same. */
export async function clearSave(stack: LabStack): Promise<void> {
  await rm(stagingFolder(stack.folder), { recursive: true, force: true });
  await forgetUnfinished(stack.folder);
}

async function setClocksOf(stack: LabStack, progress: Progress): Promise<void> {
  const pool = new HostPool();
  try {
    await setClocks(pool, (await knownLab(stack)).hosts);
  } catch (error) {
    // They run, which is what counts; preflight finds clocks that differ.
    progress(error instanceof Error ? error.message : String(error));
  } finally {
    pool.close();
  }
}

/** What `./lab status` says of it; nothing where there is nothing to say. */
export async function unfinishedText(stack: LabStack): Promise<string | undefined> {
  const work = await readUnfinished(stack.folder);
  if (work?.work === "restore")
    return `The lab is being restored, or that was interrupted: ${work.command} begins again`;
  if (work?.work !== "save" || work.stage === "sealing") return undefined;
  return `The lab stands still for a save, or that was interrupted: ./lab up ${stack.name} sets it going`;
}

function halfRestored(stack: LabStack, command: string): LabError {
  return new LabError({
    code: "KVM-939",
    expected: `the lab ${stack.name} to be whole`,
    found: "a restore of it did not finish",
    fix: `${command} begins again; ./lab down ${stack.name} removes it`,
  });
}
