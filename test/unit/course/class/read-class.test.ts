import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readClass } from "../../../../course/class/read-class";
import { LabError } from "../../../../errors/lab-error";

const folder = mkdtempSync(join(tmpdir(), "kvmlab-class-"));
afterAll(() => rmSync(folder, { recursive: true }));
const limits = { exercises: ["experiment", "rules"], machineGiB: 24 };

/** A class file, and the list of students that it names. */
function read(text: string, csv: string | Buffer = "id,name\ns1,One\n") {
  writeFileSync(join(folder, "students.csv"), csv);
  writeFileSync(join(folder, "class.yaml"), text);
  return readClass(join(folder, "class.yaml"), limits);
}

/** What is told of it, without the folder: a line each for what is expected and what was found. */
function refused(text: string, csv?: string | Buffer) {
  try {
    read(text, csv);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const { code, expected, found } = error.facts;
    const lines = (told: string) => told.replaceAll(`${folder}/`, "").split(/\n +/);
    return { code, expected: lines(expected), found: lines(found) };
  }
  throw new Error("it was not refused");
}

const plain = "name: kvm1\nexercises: [experiment]\nstudents: students.csv\n";

describe("a class file", () => {
  test("needs a name, exercises and students", () => {
    expect(read(plain)).toEqual({
      name: "kvm1",
      language: "en",
      exercises: ["experiment"],
      students: [{ id: "s1", name: "One" }],
      differ: true,
      where: { here: {} },
      limits: { startMinutes: 30, checkSeconds: 60 },
    });
  });

  test("may have its students in it; an id of digits stays as it is written", () => {
    const { students } = read(
      "name: kvm1\nexercises: [rules]\nstudents:\n  - { id: 007, name: 张三 }\n  - { id: li@x, name: 李四, email: li@example.org }\n",
    );
    expect(students).toEqual([
      { id: "007", name: "张三" },
      { id: "li@x", name: "李四", email: "li@example.org" },
    ]);
  });

  test("says where its labs run and what their limits are", () => {
    const text = `${plain}language: zh\ndiffer: false\nwhere: { here: { memoryGiB: 7.5, atOnce: 3 } }\nlimits: { startMinutes: 5 }\ndeadline: 2026-12-18T18:00:00+08:00\n`;
    expect(read(text)).toMatchObject({
      ...{ language: "zh", differ: false, where: { here: { memoryGiB: 7.5, atOnce: 3 } } },
      limits: { startMinutes: 5, checkSeconds: 60 },
      deadline: "2026-12-18T18:00:00+08:00",
    });
  });

  test("is refused with all of its faults and those of its students, each with its line and field", () => {
    const text = [
      "name: KVM",
      "exercises: [experiment, experimnt]",
      "students: students.csv",
      "where:",
      "  here:",
      "    memoryGiB: 64",
      "    atonce: 2",
      "deadline: tomorrow",
      "teacher: Wang",
      "",
    ].join("\n");
    const { code, expected, found } = refused(text, "id,name\ns 1,One\ns2,\n");
    expect(code).toBe("KVM-980");
    expect(found.sort()).toEqual([
      'class.yaml, line 1: "KVM"',
      'class.yaml, line 2: "experimnt"',
      "class.yaml, line 6: 64",
      "class.yaml, line 7: atonce",
      'class.yaml, line 8: "tomorrow"',
      "class.yaml, line 9: teacher",
      'students.csv, line 2: "s 1"',
      "students.csv, line 3: nothing",
    ]);
    expect(expected.join("\n")).toMatch(
      /where\.here\.memoryGiB: a number, at most what this machine has: 24/,
    );
    expect(expected.join("\n")).toMatch(/where\.here\.atonce: one of memoryGiB, atOnce/);
    expect(expected.join("\n")).toMatch(/teacher: one of name, language, exercises, students/);
  });

  test("that lacks what it needs, or is none, is refused as well", () => {
    expect(
      refused("language: zh\n")
        .expected.map((line) => line.split(":")[0])
        .sort(),
    ).toEqual([...["exercises", "name", "students"]]);
    expect(refused("- a\n- b\n").found).toEqual(['class.yaml, line 1: ["a","b"]']);
    expect(refused("").code).toBe("KVM-980");
    expect(refused("name: [\n").expected).toEqual(["YAML"]);
    expect(refused(`${plain}name: again\n`).found[0]).toMatch(/^class.yaml, line 4: /);
  });

  test("a file that is not there is told", () => {
    expect(() => readClass(join(folder, "none.yaml"), limits)).toThrow("KVM-981");
    expect(refused(plain.replace("students.csv", "other.csv")).found[0]).toMatch(/ENOENT.*other\.csv/);
  });

  test("students of the file: a fault has the line of the student", () => {
    const text =
      "name: kvm1\nexercises: [rules]\nstudents:\n  - { id: s1, name: One }\n  - just a name\n  - { id: S1, name: Two, age: 20 }\n  - { id: S1, name: Two }\n";
    expect(refused(text)).toMatchObject({
      expected: [
        "students[1]: a student: {id: …, name: …}",
        "students[2].age: one of id, name, email",
        "students[3].id: each student once",
      ],
      found: [
        'class.yaml, line 5: "just a name"',
        "class.yaml, line 6: age",
        "class.yaml, line 7: S1 again, which line 4 has",
      ],
    });
  });
});

describe("a list of students as CSV", () => {
  const list = "学号,姓名,邮箱,班级\r\n2023001,张三,zhang@example.org,1\r\n2023002,李四,,1\r\n";
  const students = [
    { id: "2023001", name: "张三", email: "zhang@example.org" },
    { id: "2023002", name: "李四" },
  ];
  /** 张三 and 李四, as Excel writes them in China. */
  const gbk = Buffer.concat([
    Buffer.from("id,name\r\n2023001,"),
    Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]),
    Buffer.from("\r\n2023002,"),
    Buffer.from([0xc0, 0xee, 0xcb, 0xc4]),
    Buffer.from("\r\n"),
  ]);

  test("is read in UTF-8, with a byte order mark and without, and in GBK", () => {
    expect(read(plain, list).students).toEqual(students);
    expect(read(plain, `\ufeff${list}`).students).toEqual(students);
    expect(read(plain, gbk).students.map(({ name }) => name)).toEqual(["张三", "李四"]);
  });

  test("in another encoding is refused", () => {
    expect(refused(plain, Buffer.from(`\ufeff${list}`, "utf16le")).code).toBe("KVM-981");
    expect(refused(plain, Buffer.from([0x69, 0x64, 0x81, 0x20, 0xff])).code).toBe("KVM-981");
  });

  test("may have quoted values, empty lines and columns in any order", () => {
    const csv = '\nName,ID\n"Li, Si","s1"\n\n,\n"Wang\nWu",s2\n';
    expect(read(plain, csv).students).toEqual([
      { id: "s1", name: "Li, Si" },
      { id: "s2", name: "Wang\nWu" },
    ]);
  });

  test("a student who is there twice is refused with both lines", () => {
    const { expected, found } = refused(plain, "id,name\ns1,One\ns2,Two\n\nS1,Other\nｓ２,Two\n");
    expect(expected).toEqual(["id: each student once", "id: each student once"]);
    expect(found).toEqual([
      "students.csv, line 5: S1 again, which line 2 has",
      "students.csv, line 6: ｓ２ again, which line 3 has",
    ]);
  });

  test("without columns, without students, or none at all, is refused", () => {
    expect(refused(plain, "2023001,张三\n").found).toEqual(["students.csv, line 1: 2023001,张三"]);
    expect(refused(plain, "id,name\n").found).toEqual(["students.csv, line 1: none"]);
    expect(refused(plain, "").found).toEqual(["students.csv, line 1: nothing"]);
    expect(refused(plain, 'id,name\n"s1,One\n').expected).toEqual([
      "a CSV file: values with commas between them",
    ]);
  });

  test("of 300 lines is read, of more than a thousand students not at all", () => {
    const lines = (count: number) =>
      ["id,name", ...Array.from({ length: count }, (_, index) => `s${index},学生${index}`)].join("\n");
    expect(read(plain, lines(300)).students).toHaveLength(300);
    expect(refused(plain, lines(1001)).expected).toEqual(["students: 1000 students at most"]);
  });
});
