import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readExercise } from "../../course/read-exercises";
import { checked, checksOf, succeeds, testBeginning, testSteps } from "./exercise-steps";
import { removeTestLab } from "./fresh-lab";
import { jsonOf, lab, stack } from "./lab-command";
import { noLab } from "./no-lab";
import { wrongWaysOfExperiment } from "./wrong-ways-of-experiment";

const status = z.object({
  bare: z.boolean(),
  guest: z.object({ runningOn: z.string(), state: z.string() }),
  servers: z.array(z.object({ name: z.string(), answers: z.boolean(), guests: z.string() })),
});

const experiment = readExercise("experiment");
const all = checksOf(experiment);

describe("the experiment by hand, on bare servers", () => {
  beforeAll(async () => {
    await noLab();
    // To keep bare servers takes longer than to boot them once: by-hand.test.ts starts from kept ones. The reset point is there as in every lab of a user's:
    // catch-up goes back to it.
    const built = await succeeds(["up", stack, "--cold", "-c", "start=bare", "-c", "resetPoint=true"], 900);
    expect(built.stdout).toContain("kept for ./lab reset");
    const started = await succeeds(["exercise", "start", "experiment", "--lab", stack, "--lang", "en"], 300);
    expect(started.stdout).toContain("10.77.0.2 nfs");
  });
  afterAll(removeTestLab);

  test("begins with servers that answer, and nothing on them", async () => {
    const found = status.parse(jsonOf(await succeeds(["status", stack, "--json"])));
    expect(found.bare).toBe(true);
    expect(found.guest.runningOn).toBe("nowhere");
    expect(found.servers.map(({ answers, guests }) => [answers, guests])).toEqual(Array(3).fill([true, ""]));
  });
  testBeginning();

  test("the lab measures no move of a guest that is not its own, and sets nothing up for it", async () => {
    const result = await lab(["measure", stack], 60);
    expect([result.exitCode, result.stderr]).toEqual([1, expect.stringContaining("KVM-956")]);
    expect((await checked()).passed).toEqual([]);
  });

  testSteps(experiment, wrongWaysOfExperiment);

  test("submit writes what grade gives full points to, and a copy that was changed is told as forged", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "hand-in-"));
    try {
      const own = join(scratch, "class", "张三_1_assignsubmission_file_");
      const others = join(scratch, "class", "李四_2_assignsubmission_file_");
      for (const folder of [own, others]) mkdirSync(folder, { recursive: true });
      const file = join(own, "hand-in.json.gz");
      await succeeds(["ssh", "source", "echo 'virsh list --all' > ~/.bash_history"], 60);
      const submitted = await succeeds(["submit", "--name", "张三", "--lang", "en", "-o", file], 60);
      const outer = z
        .object({ content: z.string() })
        .loose()
        .parse(JSON.parse(gunzipSync(readFileSync(file)).toString()));
      expect(JSON.parse(outer.content)).toMatchObject({
        history: [{ server: "source", lines: ["virsh list --all"] }],
        openShells: [],
        silent: [],
        guests: expect.arrayContaining([expect.objectContaining({ host: "target", reason: "migrated" })]),
        guestBoot: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      const content = outer.content.replace('"张三"', '"李四"');
      writeFileSync(join(others, "hand-in.json.gz"), gzipSync(JSON.stringify({ ...outer, content })));
      const csv = join(scratch, "grades.csv");
      const graded = jsonOf(await succeeds(["grade", join(scratch, "class"), "-o", csv, "--json"], 60));
      const of = experiment.steps
        .flatMap(({ checks }) => checks)
        .reduce((sum, { weight }) => sum + weight, 0);
      expect(submitted.stdout).toContain(`${of} of ${of} points`);
      expect(graded).toMatchObject([
        { student: "李四", signed: false, flags: [{ flag: "forged" }, { flag: "same-lab" }] },
        { student: "张三", signed: true, points: of, of, flags: [{ flag: "same-lab" }] },
      ]);
      expect(readFileSync(csv, "utf8")).toContain(`\n张三,1,experiment,${of},${of},yes,`);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  test("a step or an exercise of another name is wrong usage, which is 3", async () => {
    const result = await lab(["check", "exprot"]);
    expect([result.exitCode, result.stderr]).toEqual([3, expect.stringContaining("did you mean export?")]);
  });

  test("the definition that stayed on source starts no second guest on the same disk", async () => {
    const result = await lab(["ssh", "source", "virsh start guest"]);
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toMatch(/lock/);
  });

  test("start=ready takes over what was done by hand, and moves nothing", async () => {
    const result = await succeeds(
      ["up", stack, "-c", "start=ready", "-c", "guestRunsOn=target", "--json"],
      600,
    );
    expect(jsonOf(result)).toMatchObject({ guest: { runningOn: "target" }, migration: { moved: false } });
    const found = status.parse(jsonOf(await succeeds(["status", stack, "--json"])));
    expect(found).toMatchObject({ bare: false, guest: { runningOn: "target", state: "running" } });
    expect((await checked()).passed).toEqual(all);
  });

  test("and is not made bare again, and what check reads stays as it was", async () => {
    const result = await lab(["up", stack, "-c", "start=bare", "-c", "guestName=other"]);
    expect(result.stderr).toContain("KVM-950");
    expect((await checked()).passed).toEqual(all);
  });

  test("catch-up: what was done otherwise is gone, the first time by solutions, then from the state that was kept", async () => {
    const again = await succeeds(["catch-up", "export"], 600);
    expect(again.stdout).toContain("echo 10.77.0.4 target >> /etc/hosts");
    expect((await checked()).passed).toEqual(checksOf(experiment, "names"));
    await succeeds(["ssh", "source", ": > /etc/hosts"]);
    const kept = await succeeds(["catch-up", "export"], 60);
    expect(kept.stdout).not.toContain("/etc/hosts");
    expect(kept.stdout).not.toContain("solved");
    expect((await checked()).passed).toEqual(checksOf(experiment, "names"));
  });
});
