import { expect, test } from "vitest";
import { carriesTwoLabs, FileQueue } from "../../../cli/run-on-labs";

const file = (name: string) => ({ name, path: `test/lab/${name}.test.ts`, project: "lab" as const });
const files = { ownLabs: ["save", "warm"].map(file), oneLab: ["drain", "moves", "power"].map(file) };

function takenBy(...labs: readonly boolean[]): (string | undefined)[] {
  const queue = new FileQueue(files);
  return labs.map((onFirst) => queue.next(onFirst)?.name);
}

test("one lab alone takes all files, and builds itself once for those that reset it: at last", () => {
  expect(takenBy(true, true, true, true, true, true)).toEqual([
    "save",
    "warm",
    "power",
    "moves",
    "drain",
    undefined,
  ]);
});

test("beside the second lab nothing is built, and no file is handed out twice", () => {
  expect(takenBy(false, true, false, true, true, false, true)).toEqual([
    "drain",
    "save",
    "moves",
    "warm",
    "power",
    undefined,
    undefined,
  ]);
});

test("two labs want two processors and 12 GiB", () => {
  const gib = 1024 ** 3;
  expect(carriesTwoLabs({ processors: 2, bytes: 12 * gib })).toBe(true);
  expect(carriesTwoLabs({ processors: 1, bytes: 24 * gib })).toBe(false);
  expect(carriesTwoLabs({ processors: 8, bytes: 11 * gib })).toBe(false);
});
