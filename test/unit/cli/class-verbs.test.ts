import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { labsOf } from "../../../cli/class-file";
import { type ClassRecord, findRecord, readRecord, recordOf, writeRecord } from "../../../cli/class-record";
import { classCsv, classPage } from "../../../cli/class-report-page";
import { deadlineText, planText, progressText, resultText, stepsText } from "../../../cli/class-texts";
import { classUp } from "../../../cli/class-up";
import { errorIn, labProcess } from "../../../cli/lab-process";
import { findStack, labStack, settingsOf, writtenStacksFolder } from "../../../cli/lab-stack";
import { classPlan } from "../../../course/class/class-plan";
import { progressOf } from "../../../course/class/progress";
import { begun, inProgress, labs, students } from "./sample-class";

const folder = mkdtempSync(join(tmpdir(), "kvmlab-class-"));
beforeAll(() => void vi.stubEnv("KVMLAB_CACHE", folder));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const school = { name: "kvm1", language: "zh" as const, limits: { startMinutes: 30, checkSeconds: 60 } };

describe("a stack that is written into the cache", () => {
  test("is one as those of stacks/, which come first", async () => {
    const written = join(writtenStacksFolder(), "Pulumi.kvm1-lusab.yaml");
    mkdirSync(writtenStacksFolder());
    writeFileSync(written, "config:\n  kvm-migration-lab:guestName: guest-lusab\n");
    writeFileSync(join(writtenStacksFolder(), "Pulumi.dev.yaml"), "config: {}\n");
    const stack = await findStack("kvm1-lusab");
    expect(stack.file).toBe(written);
    expect(settingsOf(stack, {}).guestName).toBe("guest-lusab");
    expect(labStack("dev").file).toMatch(/stacks\/Pulumi\.dev\.yaml$/);
    expect(labStack("dev").file).not.toContain(folder);
    await expect(findStack("kvm1-lusap")).rejects.toThrow("did you mean ./lab up kvm1-lusab?");
  });
});

describe("what is known of a class", () => {
  test("is there by its name once it was written; labs of students who left stay until they are removed", async () => {
    expect(await readRecord("kvm1")).toBeUndefined();
    await expect(findRecord("kvm1")).rejects.toThrow("KVM-982");
    const first = recordOf(school, "/class.yaml", labs, undefined);
    await writeRecord(first);
    expect(await findRecord("kvm1")).toEqual(first);
    const later: ClassRecord = recordOf(school, "/class.yaml", labs.slice(1), first);
    expect(later.labs.map(({ student, inClass }) => [student.id, inClass])).toEqual([
      ["2023002", true],
      ["2023001", false],
    ]);
    const extended = {
      ...first,
      labs: first.labs.map((lab) => ({ ...lab, deadline: "2026-12-20T18:00:00Z" })),
    };
    expect(recordOf(school, "/class.yaml", labs, extended).labs.map(({ deadline }) => deadline)).toEqual([
      "2026-12-20T18:00:00Z",
      "2026-12-20T18:00:00Z",
    ]);
    await expect(findRecord("kvm2")).rejects.toThrow("one of the classes: kvm1");
  });

  test("students are found by their ids, and others are told", () => {
    expect(labsOf(labs, [])).toEqual(labs);
    expect(labsOf(labs, ["2023002"])).toEqual(labs.slice(1));
    expect(() => labsOf(labs, ["2023002", "2023003"])).toThrow(/KVM-984[\s\S]*found: +2023003/);
  });
});

describe("what is shown", () => {
  test("the plan says lab, guest and network of each, memory, how many at once, minutes, and who waits", () => {
    const plan = classPlan(
      labs.map((lab) => ({ ...lab, state: "absent" as const })),
      { memoryMiB: 4000 },
    );
    const text = planText({ name: "kvm1", students, exercises: ["experiment"] }, plan);
    const [, one, two] = text.split("\n");
    expect(one).toContain("张三");
    expect(one).toMatch(new RegExp(`${labs[0]?.guest}.*${labs[0]?.network}.*is brought up`));
    expect(two).toMatch(/李四.*queued/);
    expect(text).toContain("memory: 2.4 GiB a lab");
    expect(text).toContain("at once: 1 labs");
    expect(text).toContain("minutes: about 2");
    expect(text).toContain("queued: 1,");
  });

  test("a lab that failed is shown with its reason and its log, the others as they are", () => {
    const [a, b] = labs.map((lab) => ({ ...lab, turn: "start" as const, seconds: 41.4, failure: "" }));
    if (!a || !b) throw new Error("two labs");
    const text = resultText([{ ...a, failure: "KVM-312: 1.0 GiB" }, b], "kvm1");
    expect(text).toMatch(/张三.*FAILED.*41.*KVM-312: 1\.0 GiB \(.*\/logs\/kvm1-[a-z]{5}\.log\)/);
    expect(text).toMatch(/李四.* up .*41/);
  });

  test("the status has points, where there are any, who left, and whose deadline is another one", () => {
    const text = progressText({ name: "kvm1" }, [
      inProgress(0, { progress: begun, deadline: "2026-12-20T18:00:00+08:00" }),
      inProgress(1, { state: "broken", inClass: false, note: "not done within 60 s" }),
    ]);
    expect(text).toMatch(/张三.*up.*3 of 5.*until 2026-12-20T18:00:00\+08:00/);
    expect(text).toMatch(/李四.*broken.*not in the class any more; not done within 60 s/);
    expect(text).toContain("1 of 2 labs are up");
  });

  test("check has a step a column: done, how much of it, nothing; or why nobody could look", () => {
    const [head, one, two] = stepsText([
      inProgress(0, { progress: begun }),
      inProgress(1, { state: "off", note: "" }),
    ]).split("\n");
    expect(head).toMatch(/experiment +names +export +mount +note/);
    expect(one).toMatch(/张三 +done +1 of 2 +-/);
    expect(two).toMatch(/李四 +off/);
  });

  test("a deadline that is over is told", () => {
    const at = "2026-12-18T18:00:00+08:00";
    expect(deadlineText(at, new Date("2026-12-18T09:59:00Z"))).toBe(`; deadline ${at}`);
    expect(deadlineText(at, new Date("2026-12-18T10:01:00Z"))).toBe(`; deadline ${at}, which is over`);
  });

  test("the page of a class has each student's steps, looks and minutes; the CSV a line each, late or not", () => {
    const done = progressOf(
      [{ step: "names", reached: 2, of: 2 }],
      [{ at: "2026-12-18T10:30:00.000Z", steps: [{ step: "names", reached: 2, of: 2 }] }],
      "2026-12-18T08:00:00.000Z",
    );
    const record = { name: "kvm1", deadline: "2026-12-18T18:00:00+08:00" };
    const both = [
      inProgress(0, { progress: done, guests: "source: guest-doruz running" }),
      inProgress(1, { progress: done, deadline: "2026-12-18T19:00:00+08:00", note: "=HYPERLINK()" }),
    ];
    const now = new Date("2026-12-18T11:00:00Z");
    for (const language of ["en", "zh"] as const) {
      const page = classPage(record, both, { language, now, title: () => "<b>" });
      const text = page.replace(/<[^>]*>/g, " ");
      expect(text).toMatch(
        /2023001 张三[\s\S]*✔ · 1[\s\S]*2 of 2[\s\S]*source: guest-doruz running[\s\S]*150/,
      );
      expect(page).toContain("&lt;b&gt;");
      expect(page.match(/after the deadline|超过截止时间/g)).toHaveLength(1);
    }
    const [, one, two] = classCsv(record, both).split("\n");
    expect(one).toMatch(
      /^2023001,张三,,experiment,kvm1-\w+,up,2,2,1,2026-12-18T08:00:00\.000Z,2026-12-18T10:30/,
    );
    expect([one?.includes(",yes,"), two?.includes(",no,")]).toEqual([true, true]);
  });

  test("the page of 300 students is under 1 MB", () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      inProgress(index % 2, {
        progress: begun,
        guests: "source: guest-doruz running",
        lab: `kvm1-${index}`,
      }),
    );
    const page = classPage({ name: "kvm1" }, many, { language: "zh", now: new Date(), title: () => "实验" });
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  });

  test("of what a lab printed, the last error is told", () => {
    const one = "KVM-401 on nfs\n  expected: SSH\n  found:    nothing\n  fix:      start it\n";
    const two =
      "KVM-101 on this machine\n  expected: a\n            b\n  found:    c\n            d\n  fix:      e\n";
    expect(errorIn(`starts\n${one}and\n${two}`)).toBe("KVM-101: c");
    expect(errorIn(one)).toBe("KVM-401: nothing");
    expect(errorIn("Unexpected error, a fault of the lab: x\n  KVMLAB_DEBUG=1")).toMatch(/^Unexpected .* x$/);
    expect(errorIn("Killed")).toBe("");
  });
});

test("a ./lab of its own that fails, or is not done in time, is told with its reason, and its log has all of it", async () => {
  const log = join(folder, "logs", "lab.log");
  const failed = await labProcess(["exercise", "show", "experimnt"], { log, limitSeconds: 55 });
  expect(failed).toMatchObject({ exitCode: 2, failure: "KVM-951: experimnt" });
  const late = await labProcess(["exercise", "list"], { log, limitSeconds: 0.05 });
  expect(late).toMatchObject({ exitCode: 1, failure: "not done within 0.05 s" });
  const text = await readFile(log, "utf8");
  expect(text).toMatch(
    /\.\/lab exercise show experimnt\n[\s\S]*did you mean experiment[\s\S]*\.\/lab exercise list\n/,
  );
});

test("a dry run of 300 students writes nothing", async () => {
  const list = ["id,name", ...Array.from({ length: 300 }, (_, index) => `s${index},学生${index}`)].join("\n");
  const own = mkdtempSync(join(tmpdir(), "kvmlab-class-"));
  writeFileSync(join(own, "students.csv"), list);
  writeFileSync(
    join(own, "class.yaml"),
    "name: big\nexercises: [experiment]\nstudents: students.csv\nwhere: { here: { memoryGiB: 5 } }\n",
  );
  const told: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void told.push(text));
  expect(await classUp(join(own, "class.yaml"), [], { dryRun: true })).toBe(0);
  log.mockRestore();
  rmSync(own, { recursive: true });
  expect(told.join("\n")).toContain("at once: 2 labs");
  expect(told.join("\n")).toContain("queued: 298");
  expect(await readRecord("big")).toBeUndefined();
});
