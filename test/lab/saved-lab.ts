import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { z } from "zod";
import { labStack } from "../../cli/lab-stack";
import { readUnfinished, type SaveStage } from "../../machines/snapshots/journal";
import { Inside, type Truth } from "./inside";
import { jsonOf, type LabResult, lab, start } from "./lab-command";

/** The lab that is saved, restored and reset. */
export const name = "test-saved";
export const stack = labStack(name);

export const saved = z.object({ bytes: z.number(), pausedMs: z.number(), seconds: z.number() });
export const back = z.object({
  seconds: z.number(),
  guest: z.object({ runningOn: z.string(), bootId: z.string(), counter: z.number() }),
});

export async function well(args: readonly string[], limitSeconds = 300): Promise<LabResult> {
  const result = await lab(args, limitSeconds);
  expect(result.exitCode, result.all).toBe(0);
  return result;
}

export async function refused(args: readonly string[], code: string): Promise<LabResult> {
  const result = await lab(args, 300);
  expect(result.exitCode, result.all).not.toBe(0);
  expect(result.stderr, result.all).toContain(code);
  return result;
}

/** What is true of the guest now, over connections of its own: a restored lab has others. */
export async function truth(): Promise<Truth> {
  const inside = await Inside.open(name);
  try {
    return await inside.truth();
  } finally {
    inside.close();
  }
}

export async function expectMounts(): Promise<void> {
  const inside = await Inside.open(name);
  try {
    for (const host of ["source", "target"] as const)
      expect(await inside.on(host, "ls /var/lib/libvirt/images/guest")).toContain("disk.qcow2");
  } finally {
    inside.close();
  }
}

export async function expectNoChange(): Promise<void> {
  const preview = ["preview", "--expect-no-changes", "--non-interactive", "--color", "never"];
  const result = await lab(["pulumi", "--lab", name, ...preview], 200);
  expect(result.exitCode, result.all).toBe(0);
  expect(result.stdout).toMatch(/\d+ unchanged/);
}

export const savesThere = async () =>
  z.array(z.object({ name: z.string() })).parse(jsonOf(await well(["saves", "--json"])));

/** Sends ./lab a signal, by its process id, once a save is at a stage. */
export async function signalAt(stage: SaveStage, signal: "SIGKILL" | "SIGINT") {
  const running = start(["save", "killed", "--lab", name], 200);
  void running.catch(() => undefined);
  const limit = performance.now() + 120_000;
  while (
    (await readUnfinished(stack.folder).catch(() => undefined))?.work !== "save" ||
    !(await isAt(stage))
  ) {
    if (performance.now() > limit || running.exitCode !== null)
      throw new Error(`the save was never ${stage}`);
    await sleep(5);
  }
  running.kill(signal);
  return await running;
}

export async function isAt(stage: SaveStage): Promise<boolean> {
  const work = await readUnfinished(stack.folder).catch(() => undefined);
  return work?.work === "save" && work.stage === stage;
}
