import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { examine, type Submission } from "../../../course/hand-in/examine";
import { flagText } from "../../../course/hand-in/flags";
import { gradesCsv } from "../../../course/hand-in/grades-csv";
import { keysIn } from "../../../course/hand-in/keys";
import { pointsOf } from "../../../course/hand-in/points";
import { newKey, open, publicKeyOf } from "../../../course/hand-in/sealed";
import { sampleMove } from "../report/sample-moves";
import { experiment, forged, graded, known, moodlePath, sampleContent, sealed } from "./sample-hand-in";

const all = pointsOf(sampleContent("any"), experiment).of;
const handedIn = (name: string, participant: number, file: Buffer, as?: string): Submission => ({
  path: moodlePath(name, participant, as),
  file,
});
const flagsOf = (submissions: readonly Submission[], keys?: ReadonlyMap<string, string>) =>
  graded(submissions, keys).map(({ student, flags }) => [student, flags.map(({ flag }) => flag)]);

describe("a hand-in", () => {
  test("is read as it was written, and its points are those of the exercise", () => {
    const key = newKey();
    const opened = open(sealed("a", { student: "张三" }, key));
    expect(opened).toMatchObject({ kind: "sealed", signed: true, key: publicKeyOf(key) });
    expect(opened.kind === "sealed" && opened.content).toEqual(sampleContent("a", { student: "张三" }));
    expect(graded([handedIn("张三", 1, sealed("a"))])).toMatchObject([
      { student: "张三", participant: "1", flags: [], handIn: { points: { points: all, of: all } } },
    ]);
  });

  test("has fewer points where checks failed or are not in it", () => {
    const { checks } = sampleContent("a");
    const some = checks
      .slice(1)
      .map((one) => (one.check === "moved-live" ? { ...one, verdict: "failed" as const } : one));
    const [row] = graded([handedIn("张三", 1, sealed("a", { checks: some }))]);
    expect([row?.handIn?.points, row?.flags]).toEqual([{ points: all - 3, of: all }, []]);
  });

  test.each([
    ["in its content", forged(sealed("a"), (text) => text.replace("migrated", "booted"))],
    [
      "so that it has more points",
      forged(sealed("a", { checks: [] }), () => JSON.stringify(sampleContent("a"))),
    ],
  ])("that was changed %s is told, and has no points", (_, file) => {
    const [row] = graded([handedIn("张三", 1, file)]);
    expect([row?.flags.map(({ flag }) => flag), row?.handIn?.points]).toEqual([["forged"], undefined]);
  });

  test.each([
    ["empty", Buffer.alloc(0)],
    ["truncated", sealed("a").subarray(0, 300)],
    ["not-a-hand-in", Buffer.from("%PDF-1.7 …")],
    ["not-a-hand-in", gzipSync("[".repeat(2_000_000))],
    [
      "not-a-hand-in",
      gzipSync(JSON.stringify({ format: "kvmlab-hand-in/1", key: "", signature: "", content: "{}" })),
    ],
    [
      "other-version",
      gzipSync(JSON.stringify({ format: "kvmlab-hand-in/2", key: "", signature: "", content: "{}" })),
    ],
    ["too-large", gzipSync(Buffer.alloc(200 * 2 ** 20))],
  ] as const)("that is %s is told of its student, and the others' are read", (flag, file) => {
    const rows = flagsOf([handedIn("张三", 1, file), handedIn("李四", 2, sealed("b"))]);
    expect(rows).toEqual([
      ["李四", []],
      ["张三", [flag]],
    ]);
  });

  test("of an exercise with other checks, or of none that is here, is told", () => {
    const { exercise } = sampleContent("a");
    const other = sealed("a", { exercise: { ...exercise, checks: "0" } });
    const unknown = sealed("b", { exercise: { ...exercise, name: "cooking" } });
    expect(flagsOf([handedIn("李四", 1, other), handedIn("张三", 2, unknown)])).toEqual([
      ["李四", ["other-checks"]],
      ["张三", ["unknown-exercise"]],
    ]);
  });

  test("that gives itself other weights has the points of the exercise, and is told", () => {
    const checks = sampleContent("a").checks.map((one) => ({ ...one, weight: 10 }));
    const [row] = graded([handedIn("张三", 1, sealed("a", { checks }))]);
    expect([row?.handIn?.points?.points, row?.flags]).toEqual([
      all,
      [{ flag: "points-differ", about: String(10 * checks.length) }],
    ]);
  });

  test("with figures that are not those of the samples is told", () => {
    const { name, samples, move } = sampleMove();
    const { guest, from, to, migratedAt, command, measurement } = move;
    const kept = { name, guest, from, to, migratedAt, command, measurement, samples };
    const better = { ...measurement, intervalMs: measurement.intervalMs / 2 };
    expect(flagsOf([handedIn("张三", 1, sealed("a", { moves: [kept] }))])).toEqual([["张三", []]]);
    const changed = sealed("a", { moves: [{ ...kept, measurement: better }] });
    expect(graded([handedIn("张三", 1, changed)])[0]?.flags).toEqual([
      { flag: "figures-differ", about: name },
    ]);
  });

  test("under another student's name is told; a group's name before it is no other", () => {
    expect(flagsOf([handedIn("张三", 1, sealed("a", { student: "李四" }))])).toEqual([
      ["张三", ["name-differs"]],
    ]);
    expect(flagsOf([handedIn("一班-张 三", 1, sealed("a", { student: "张三" }))])).toEqual([
      ["一班-张 三", []],
    ]);
  });
});

describe("copies", () => {
  const pair = (one: Buffer, other: Buffer) =>
    flagsOf([handedIn("李四", 1, one), handedIn("张三", 2, other)]);
  const both = (flag: string) => [
    ["李四", [flag]],
    ["张三", [flag]],
  ];

  test("are two students' hand-ins of one file, lab, boot, move or history", () => {
    const { guestBoot, history, lab } = sampleContent("a");
    const file = sealed("a");
    const { name, samples, move } = sampleMove();
    const moves = [{ ...move, name, samples }];
    expect(pair(file, file)).toEqual(both("same-file"));
    expect(pair(file, sealed("b", { lab }))).toEqual(both("same-lab"));
    const key = newKey();
    expect(pair(sealed("a", {}, key), sealed("b", {}, key))).toEqual(both("same-lab"));
    expect(pair(file, sealed("b", { guestBoot }))).toEqual(both("same-boot"));
    expect(pair(sealed("a", { moves }), sealed("b", { moves }))).toEqual(both("same-move"));
    expect(pair(file, sealed("b", { history }))).toEqual(both("same-history"));
    expect(pair(file, sealed("b"))).toEqual([
      ["李四", []],
      ["张三", []],
    ]);
  });

  test("a few commands that all have to type, and a guest that nobody saw, are none", () => {
    const few = { guestBoot: "", history: [{ server: "nfs", file: "f", lines: ["exportfs -ra"] }] };
    expect(pair(sealed("a", few), sealed("b", few)).flatMap(([, flags]) => flags)).toEqual([]);
  });

  test("one that was changed is told of both, too", () => {
    const file = sealed("a");
    expect(
      pair(
        file,
        forged(file, (text) => text.replace("booted", "x").replace("08:00", "09:00")),
      ),
    ).toEqual([
      ["李四", ["same-lab"]],
      ["张三", ["forged", "same-lab"]],
    ]);
  });

  test("are told by names, in both languages", () => {
    const file = sealed("a");
    const [row] = graded([handedIn("李四", 1, file), handedIn("张三", 2, file)]);
    expect(row?.flags.map((flag) => flagText(flag, "zh"))).toEqual(["与 张三 的文件相同"]);
    expect(row?.flags.map((flag) => flagText(flag, "en"))).toEqual(["the same file as 张三"]);
  });
});

test("by a list of keys, another class's hand-in and another student's lab are told", () => {
  const [own, others] = [newKey(), newKey()];
  const keys = keysIn(`\uFEFF# class 1\r\n${publicKeyOf(own)} 张三\r\n${publicKeyOf(others)}, 李四\r\n`);
  const rows = (key: string) => flagsOf([handedIn("张三", 1, sealed("a", {}, key))], keys);
  expect(rows(own)).toEqual([["张三", []]]);
  expect(rows(others)).toEqual([["张三", ["other-lab"]]]);
  expect(rows(newKey())).toEqual([["张三", ["unknown-key"]]]);
});

test("of several hand-ins of a student the best counts, and other files are named", () => {
  const less = sealed("a", { checks: [], at: "2026-11-30T09:00:00.000Z" });
  const [row, ...more] = graded([
    handedIn("张三", 1, less, "new.json.gz"),
    handedIn("张三", 1, sealed("a"), "old.json.gz"),
    handedIn("张三", 1, Buffer.from("%PDF"), "report.pdf"),
  ]);
  expect(more).toEqual([]);
  expect(row?.handIn?.points?.points).toBe(all);
  expect(row?.flags).toEqual([
    { flag: "several", about: "2" },
    { flag: "other-file", about: "report.pdf" },
  ]);
});

test("two students of one name are two, by Moodle's numbers", () => {
  const rows = graded([handedIn("张三", 1, sealed("a")), handedIn("张三", 2, sealed("b"))]);
  expect(rows.map(({ student, participant }) => [student, participant])).toEqual([
    ["张三", "1"],
    ["张三", "2"],
  ]);
});

test("a spreadsheet takes no name for a formula, and no terminal one for a command", () => {
  const csv = gradesCsv(
    graded([handedIn("=SUM(1,2)", 1, sealed("a")), handedIn("@李\u001b[2J四", 2, sealed("b"))]),
    "zh",
  );
  expect(csv.startsWith("\uFEFFstudent,participant,exercise,points,of,")).toBe(true);
  expect(csv).toContain(`\n"'=SUM(1,2)",1,experiment,${all},${all},yes,,,`);
  expect(csv).toContain(`\n'@李[2J四,2,`);
});

test("three hundred hand-ins are told apart, and a copy among them is found", () => {
  const files = Array.from({ length: 300 }, (_, index) =>
    handedIn(`学生${index}`, index, sealed(`lab ${index === 299 ? 7 : index}`)),
  );
  const began = process.cpuUsage();
  const rows = graded(files).filter(({ flags }) => flags.length > 0);
  const { user, system } = process.cpuUsage(began);
  console.log(`300 hand-ins: ${((user + system) / 1e6).toFixed(1)} s of a processor`);
  expect(rows.map(({ student, flags }) => [student, flags])).toEqual([
    ["学生7", [{ flag: "same-lab", about: "学生299" }]],
    ["学生299", [{ flag: "same-lab", about: "学生7" }]],
  ]);
});

test("what cannot be read of a download is told of its student", () => {
  const { flags, submitter } = examine(
    { path: moodlePath("张三", 1), file: { flag: "damaged", about: "why" } },
    known,
  );
  expect([flags, submitter.name]).toEqual([[{ flag: "damaged", about: "why" }], "张三"]);
});
