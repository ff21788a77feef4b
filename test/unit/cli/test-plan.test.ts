import { describe, expect, test } from "vitest";
import { testFiles } from "../../../cli/test-files";
import { needsOf, needsOfFiles, reachedFrom } from "../../../cli/test-needs";
import { planTests, stageOf } from "../../../cli/test-plan";

const reached = (files: readonly string[], packages: readonly string[] = []) =>
  needsOf({ files: new Set(files), packages: new Set(packages) });

describe("what a file of tests needs", () => {
  test("is nothing where it starts and opens nothing", () => {
    expect(reached(["test/unit/x.test.ts"], ["vitest", "@pulumi/pulumi"])).toEqual({
      toolchain: false,
      images: false,
      debianPackages: [],
      sharesLab: false,
    });
  });

  test("is the toolchain for the SDK that comes with it, and images for a lab", () => {
    expect(reached([], ["@pulumi/libvirt"])).toMatchObject({ toolchain: true, images: false });
    expect(reached(["test/lab/lab-command.ts"])).toMatchObject({ toolchain: true, images: true });
  });

  test("are programs of Debian's: a browser, an SSH server, a login shell", () => {
    expect(reached([], ["playwright-core"]).debianPackages).toEqual(["chromium"]);
    expect(reached(["test/lab/own-machine.ts"]).debianPackages).toEqual(["openssh-server"]);
    expect(reached(["test/unit/provider/host/login-shells.ts"]).debianPackages).toEqual(["tcsh"]);
  });

  test("is looked for in whatever it imports, also in a circle", () => {
    const imports: Record<string, { path: string; external?: boolean }[]> = {
      a: [{ path: "b" }],
      b: [{ path: "a" }, { path: "c" }, { path: "zod", external: true }],
    };
    expect(reachedFrom("a", (path) => imports[path] ?? [])).toEqual({
      files: new Set(["a", "b", "c"]),
      packages: new Set(["zod"]),
    });
  });
});

describe("the tests of this project", () => {
  const planned = async (fits: (path: string) => boolean) =>
    planTests(await needsOfFiles((await testFiles()).filter(({ path }) => fits(path))));

  test("have a place in the plan, each one; those on labs run one by one", async () => {
    const { early, late, onLabs, ...setUp } = await planned(() => true);
    expect(setUp).toEqual({
      toolchain: true,
      images: true,
      debianPackages: expect.arrayContaining(["chromium", "libvirt0", "openssh-server", "sudo", "tcsh"]),
    });
    const grouped = [...early, ...late].flatMap(({ files }) => files);
    expect([...grouped, ...onLabs].map(({ path }) => path).sort()).toEqual(
      (await testFiles()).map(({ path }) => path).sort(),
    );
    // Of unit tests only those of components import the SDK.
    expect(late.flatMap(({ files }) => files).every(({ path }) => path.includes("/components/"))).toBe(true);
    expect(onLabs.map(({ project }) => project)).not.toContain("unit");
  }, 60_000);

  test("that share a lab come before those that build one and take it down", async () => {
    const names = (await planned((path) => path.startsWith("test/lab/"))).onLabs.map(({ name }) => name);
    expect(Math.max(...["drain", "preflight", "moves"].map((name) => names.indexOf(name)))).toBeLessThan(
      Math.min(...["save", "own-machine", "end-to-end", "warm", "dns"].map((name) => names.indexOf(name))),
    );
  });

  test.each<[string, object]>([
    ["unit/cli/summary", { toolchain: false, images: false, debianPackages: [] }],
    ["unit/provider/host/ssh-run", { toolchain: false, images: false, debianPackages: ["openssh-server"] }],
    ["unit/components/network", { toolchain: true, images: false }],
    ["page/report-page", { toolchain: false, images: false, debianPackages: ["chromium"] }],
    ["lab/hypervisor", { toolchain: false, images: false }],
    ["lab/drain", { toolchain: true, images: true, debianPackages: [] }],
    ["faults/pre-copy", { toolchain: true, images: true }],
  ])("set up no more than they need: %s", async (name, setUp) => {
    expect(await planned((path) => path === `test/${name}.test.ts`)).toMatchObject(setUp);
  });
});

test("a stage is named for its project, or for its only file", () => {
  const file = { path: "test/lab/drain.test.ts", name: "drain", project: "lab" as const, long: false };
  expect(stageOf({ project: "lab", files: [file] })).toBe("lab: drain");
  expect(stageOf({ project: "unit", files: [file, file] })).toBe("unit tests");
});
