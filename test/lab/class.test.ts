// @module-tag long
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { logOf, readRecord } from "../../cli/class-record";
import { findHypervisor, inHypervisor } from "../../machines/hypervisor";
import { exists, labDir } from "../../toolchain/cache";
import { gitStatus, jsonOf, type LabResult, lab } from "./lab-command";
import { noLab } from "./no-lab";

const name = "test-class";
const folder = mkdtempSync(join(tmpdir(), "kvmlab-class-"));
const file = join(folder, "class.yaml");
const project = join(__dirname, "../..");

const progress = z.array(
  z.object({
    student: z.object({ id: z.string(), name: z.string() }),
    lab: z.string(),
    state: z.string(),
    points: z.object({ reached: z.number(), of: z.number() }).optional(),
  }),
);
const looked = z.array(
  z.object({ progress: z.object({ steps: z.array(z.object({ step: z.string(), attempts: z.number() })) }) }),
);
const status = z.object({ servers: z.array(z.object({ name: z.string(), answers: z.boolean() })) });

async function succeeds(words: readonly string[], limitSeconds = 600): Promise<LabResult> {
  const result = await lab(words, limitSeconds);
  expect(result.exitCode, result.all).toBe(0);
  return result;
}

/** The course's verbs take the lab as an option, which lab-command.ts sets to another one. */
async function inLab(own: string, verb: string, ...words: readonly string[]) {
  return execa(`${project}/lab`, [verb, "--lab", own, ...words], { reject: false, timeout: 300_000 });
}

async function labsOfClass(): Promise<[string, string]> {
  const [one, two] = (await readRecord(name))?.labs.map((known) => known.lab) ?? [];
  if (!one || !two) throw new Error("the class has not two labs");
  return [one, two];
}

describe("a class of two on this machine", () => {
  let before = "";

  beforeAll(async () => {
    await noLab();
    // What a run that was killed has left.
    if (await readRecord(name)) await succeeds(["class", "down", name]);
    before = await gitStatus();
    writeFileSync(join(folder, "students.csv"), "\ufeff学号,姓名\r\n2023001,张三\r\n2023002,李四\r\n");
    writeFileSync(file, `name: ${name}\nlanguage: zh\nexercises: [experiment]\nstudents: students.csv\n`);
  });
  afterAll(async () => {
    if (await readRecord(name)) await lab(["class", "down", name], 600);
    rmSync(folder, { recursive: true });
  });

  test("a dry run tells what it takes and starts nothing", async () => {
    const { stdout } = await succeeds(["class", "up", file, "--dry-run"]);
    expect(stdout).toMatch(/张三.*is brought up/);
    expect(stdout).toContain("memory: 2.4 GiB a lab");
    expect(await readRecord(name)).toBeUndefined();
  });

  test("brings up both labs, with another guest and network each", async () => {
    const { exitCode, all } = await lab(["class", "up", file], 2400);
    // They go with the class.
    for (const one of exitCode === 0 ? [] : await labsOfClass())
      console.log(await readFile(logOf(name, one), "utf8"));
    expect(exitCode, all).toBe(0);
    console.log(all);
    const found = progress.parse(jsonOf(await succeeds(["class", "status", name, "--json"])));
    expect(found.map(({ student, state, points }) => [student.name, state, points?.reached])).toEqual([
      ["张三", "up", 0],
      ["李四", "up", 0],
    ]);
    expect(await gitStatus()).toBe(before);
  });

  test("a student's lab is a lab as any other, and the work in it is seen by the class's status", async () => {
    const [one] = await labsOfClass();
    for (const step of ["names", "export"])
      expect(await inLab(one, "solve", step)).toMatchObject({ exitCode: 0 });
    expect(await inLab(one, "check", "export")).toMatchObject({ exitCode: 0 });
    const found = progress.parse(jsonOf(await succeeds(["class", "status", file, "--json"])));
    const [first, second] = found.map(({ points }) => points?.reached ?? 0);
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(0);
  });

  test("check shows the steps of each, with the looks of the student's own, and report writes them", async () => {
    const checked = await lab(["class", "check", name, "--json"]);
    expect(checked.exitCode).toBe(1);
    const steps = looked.parse(jsonOf(checked)).map(({ progress }) => progress.steps);
    // Solved without a look, and looked at once; the class's own looks do not count.
    expect(steps.map((one) => one.slice(0, 2).map(({ attempts }) => attempts))).toEqual([
      [0, 1],
      [0, 0],
    ]);
    const [page, csv] = [join(folder, "class.html"), join(folder, "class.csv")];
    await succeeds(["class", "report", name, "-o", page, "--csv", csv]);
    expect(await readFile(page, "utf8")).toMatch(/<html lang="zh-CN">[\s\S]*2023001 张三[\s\S]*✔ · 1/);
    expect(await readFile(csv, "utf8")).toMatch(/\n2023001,张三,,experiment,/);
  });

  test("extend gives one student another deadline, and class up keeps it", async () => {
    const until = "2026-12-20T18:00:00+08:00";
    await succeeds(["class", "extend", name, until, "2023002"]);
    await succeeds(["class", "up", file]);
    const { stdout } = await succeeds(["class", "status", name]);
    expect(stdout).toMatch(new RegExp(`李四.*until ${until.replace("+", "\\+")}`));
    expect(stdout).not.toMatch(/张三.*until/);
  });

  test("catch-up brings the labs to a step, and reset one student's back to the beginning", async () => {
    await succeeds(["class", "catch-up", name, "mount", "2023001"], 900);
    const points = async () =>
      progress
        .parse(jsonOf(await succeeds(["class", "status", name, "--json"])))
        .map((one) => one.points?.reached ?? 0);
    const [caughtUp, other] = await points();
    expect(caughtUp).toBeGreaterThan(0);
    expect(other).toBe(0);
    await succeeds(["class", "reset", name, "2023001"], 300);
    expect(await points()).toEqual([0, 0]);
    const { stderr } = await lab(["class", "catch-up", name, "monut"]);
    expect(stderr).toContain("did you mean mount?");
  });

  test("one lab loses a server: the status says so, the other is untouched, and up brings it back", async () => {
    const [one, two] = await labsOfClass();
    const hypervisor = await findHypervisor(two);
    if (hypervisor === undefined) throw new Error(`${two} has no hypervisor`);
    const ended = await inHypervisor(hypervisor, ["virsh", "destroy", "target"], { timeoutMs: 60_000 });
    expect(ended.exitCode, ended.stderr).toBe(0);
    const broken = await lab(["class", "status", name, "--json"]);
    expect(broken.exitCode).toBe(1);
    expect(progress.parse(jsonOf(broken)).map(({ state }) => state)).toEqual(["up", "broken"]);
    const { stderr } = await succeeds(["class", "up", name], 2400);
    expect(stderr).toMatch(new RegExp(`1 of 1: ${two} .*up after`));
    const found = progress.parse(jsonOf(await succeeds(["class", "status", name, "--json"])));
    expect(found.map(({ state }) => state)).toEqual(["up", "up"]);
    const servers = status.parse(jsonOf(await succeeds(["status", one, "--json"]))).servers;
    expect(servers.every(({ answers }) => answers)).toBe(true);
  });

  test("down removes both labs and everything that was known of the class", async () => {
    const both = await labsOfClass();
    await succeeds(["class", "down", file], 600);
    for (const one of both) expect(await exists(labDir(one))).toBe(false);
    expect(await readRecord(name)).toBeUndefined();
    expect((await lab(["class", "status", name])).exitCode).toBe(2);
    expect(await gitStatus()).toBe(before);
  });
});
