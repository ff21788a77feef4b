import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** A project of the test's own, with this one's compiler and packages. */
let project = "";

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "kvmlab-programs-"));
  await mkdir(join(project, "toolchain/programs"), { recursive: true });
  for (const file of ["run.cjs", "compile.cjs"]) {
    const own = await readFile(resolve("toolchain/programs", file));
    await writeFile(join(project, "toolchain/programs", file), own);
  }
  await symlink(resolve("node_modules"), join(project, "node_modules"));
  await writeFile(join(project, "package-lock.json"), "{}");
  await mkdir(join(project, "deep"));
  await writeFile(join(project, "deep/beside.txt"), "what lies beside it");
  await write("deep/word.ts", 'export const word: string = "first";');
  await write(
    "deep/main.ts",
    `import { readFileSync } from "node:fs"; import { join } from "node:path"; import { word } from "./word";
console.log(word, readFileSync(join(__dirname, "beside.txt"), "utf8"), process.argv.slice(2).join(" "));
if (process.argv[2] === "fail") throw new Error("on line 3");`,
  );
});
afterAll(() => rm(project, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFile(join(project, file), text);

const run = (words: readonly string[] = [], env: Record<string, string> = {}) =>
  execa(process.execPath, ["toolchain/programs/run.cjs", "deep/main.ts", ...words], {
    cwd: project,
    reject: false,
    env,
  });

describe("a program that is compiled", () => {
  test("runs with its arguments, and finds the files that lie beside its source", async () => {
    expect((await run(["a", "b"])).stdout).toBe("first what lies beside it a b");
  });

  test("is the newest one, whatever was compiled before; compiled by several at once, it is whole", async () => {
    await write("deep/word.ts", 'export const word: string = "another";');
    const all = await Promise.all([run(), run(), run()]);
    expect(all.map(({ stdout }) => stdout.trim())).toEqual(Array(3).fill("another what lies beside it"));
    const compiled = join(project, ".compiled/deep-main.cjs");
    const before = await readFile(compiled, "utf8");
    await write("deep/beside.txt", "what lies there now");
    expect((await run()).stdout.trim()).toBe("another what lies there now");
    expect(await readFile(compiled, "utf8")).toBe(before);
  });

  test("names its source's lines where somebody looks for a fault", async () => {
    expect((await run(["fail"], { KVMLAB_DEBUG: "1" })).stderr).toMatch(/deep\/main\.ts:3:/);
  });

  test("that cannot be compiled is said, with the place", async () => {
    await write("deep/word.ts", "export const word = ;");
    const { exitCode, stderr } = await run();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/KVM-920[\s\S]*deep\/main\.ts to be compiled[\s\S]*deep\/word\.ts:1:20/);
    expect(stderr).toContain("fix: ");
  });
});
