import { rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { z } from "zod";
import { labStack } from "../../cli/lab-stack";
import { stopHypervisor } from "../../machines/hypervisor";
import { resetPointFolder } from "../../machines/snapshots/lab-places";
import { exists, labDir } from "../../toolchain/cache";
import { Inside } from "./inside";
import { jsonOf, type LabResult, lab, stack } from "./lab-command";

// Every file of tests on real machines begins here, and so runs alone, in any order, and after one that failed half-way.

/** Labs that some files build besides the tests' shared one. */
const otherLabs = ["test-beside", "test-saved"];
/** A hypervisor without a stack: the libvirt of a machine that somebody has. */
export const ownMachine = "own-machine";

const busyLimitMs = 300_000;
/** The guest on source, the default options, nothing broken, whatever the stack's file says. */
const beginning = ["-c", "guestRunsOn=source", "-c", "migrationOptions={}", "-c", "break="];
const resetResult = z.object({ guest: z.object({ runningOn: z.string() }) });

/**
 * The tests' lab as it is right after it was built, with the guest on source, and no other lab of the tests running. It is reset where
 * possible, and built again where not: there is no lab, its reset failed, or `./lab up` fails after it.
 */
export async function freshLab(): Promise<Inside> {
  await removeOtherLabs();
  if (!(await resetLab())) await buildLab();
  return Inside.open();
}

/** Builds the tests' lab again, with a reset point for the next file. */
export async function buildLab(): Promise<void> {
  await removeTestLab();
  await succeeds(["up", stack, "--json", ...beginning, "-c", "resetPoint=true"], 900);
}

export function removeTestLab(): Promise<void> {
  return succeeds(["down", stack], 180);
}

async function resetLab(): Promise<boolean> {
  if (!(await exists(resetPointFolder(labStack(stack).folder)))) return false;
  const reset = await labInTurn(["reset", stack, "--json"], 180);
  if (reset.exitCode !== 0) return rebuildBecause("it cannot be reset", reset);
  if (resetResult.safeParse(jsonOf(reset)).data?.guest.runningOn !== "source")
    return rebuildBecause("its guest is not on source after a reset", reset);
  if (await builtInThisRun()) return true;
  // A template, or the program, may have changed since it was built.
  const up = await lab(["up", stack, "--json", ...beginning], 300);
  return up.exitCode === 0 || rebuildBecause("it cannot be brought up after a reset", up);
}

/** Whether `./lab test` built it since it began: then from what is there now. */
async function builtInThisRun(): Promise<boolean> {
  const { mtimeMs } = await stat(resetPointFolder(labStack(stack).folder));
  return mtimeMs > Number(process.env.KVMLAB_TESTS_BEGAN ?? Number.POSITIVE_INFINITY);
}

function rebuildBecause(what: string, { all }: LabResult): false {
  console.log(`the tests' lab is built again: ${what}\n${all}`);
  return false;
}

export async function removeOtherLabs(): Promise<void> {
  for (const name of otherLabs) if (await exists(labDir(name))) await succeeds(["down", name], 180);
  await removeOwnMachine();
}

/** Also what a test that was killed left of it. */
export async function removeOwnMachine(): Promise<void> {
  if (!(await exists(labDir(ownMachine)))) return;
  await stopHypervisor(ownMachine, () => undefined);
  await rm(labDir(ownMachine), { recursive: true, force: true });
}

async function succeeds(args: readonly string[], limitSeconds: number): Promise<void> {
  const result = await labInTurn(args, limitSeconds);
  expect(result.exitCode, result.all).toBe(0);
}

/** Waits for a command that is still at work on the lab: that of a test which was killed comes to its own end. */
async function labInTurn(args: readonly string[], limitSeconds: number): Promise<LabResult> {
  const limit = performance.now() + busyLimitMs;
  for (;;) {
    const result = await lab(args, limitSeconds);
    if (result.exitCode === 0 || !result.stderr.includes("KVM-907") || performance.now() > limit)
      return result;
    await sleep(2_000);
  }
}
