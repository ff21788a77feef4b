import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterAll, afterEach, expect, test } from "vitest";
import { fillIn } from "../../../course/fill-in";
import { readExercise } from "../../../course/read-exercises";

// What the checks of `measure` and `modes` make of the files in which ./lab keeps measured moves.

const folder = mkdtempSync(join(tmpdir(), "measured-moves-"));
afterEach(() => {
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
});
afterAll(() => rmSync(folder, { recursive: true }));

const started = join(folder, "exercise.json");
const values = { lab: { moves: folder, started } };
const passing = (exercise: string) =>
  readExercise(exercise)
    .steps.flatMap((step) => step.checks)
    .filter(({ on }) => on.includes("lab"))
    .filter(
      ({ run }) =>
        execaSync("sh", ["-s"], { input: fillIn(run, values, "shell"), reject: false }).exitCode === 0,
    )
    .map(({ name }) => name);

/** As `./lab exercise start` writes it. */
function start(at: Date): void {
  writeFileSync(started, "{}");
  utimesSync(started, at, at);
}

/** As cli/kept-moves.ts writes it, with libvirt's samples, which have bandwidths in any move. */
function keep(name: string, settings: object, options = "", at = new Date(), phase = "pre-copy"): void {
  const events = [{ phase, bandwidthMiBps: 93.5 }];
  const command = `virsh migrate --live --p2p --persistent --undefinesource${options} --verbose guest qemu+ssh://target/system`;
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ command, events, settings }, undefined, 2));
  utimesSync(file, at, at);
}

test("each step is done by its own kind of move, measured since the exercise was started", () => {
  const before = new Date(Date.now() - 60_000);
  keep("old", { migrationOptions: {}, measure: true }, "", new Date(Date.now() - 120_000));
  expect(passing("measure")).toEqual([]);
  start(before);
  expect(passing("measure")).toEqual([]);
  keep(
    "both",
    { migrationOptions: { bandwidthMiBps: 8 }, measure: { memoryWritesMiBps: 4 } },
    " --bandwidth 8",
  );
  expect(passing("measure")).toEqual([]);
  keep("baseline", { migrationOptions: {}, measure: true });
  expect(passing("measure")).toEqual(["measured"]);
  keep("limit", { migrationOptions: { bandwidthMiBps: 8 }, measure: true }, " --bandwidth 8");
  expect(passing("measure")).toEqual(["measured", "measured-limit"]);
  keep("load", { migrationOptions: {}, measure: { memoryWritesMiBps: 4 } });
  expect(passing("measure")).toEqual(["measured", "measured-limit", "measured-load"]);
});

test("a mode counts when the guest was at work, and a hybrid move when it turned to post-copy", () => {
  start(new Date(Date.now() - 60_000));
  const loaded = { measure: { memoryWritesMiBps: 32 } };
  keep("idle", { measure: true }, " --postcopy --postcopy-after-precopy");
  keep("idle-too", { measure: true }, " --auto-converge");
  keep("not-turned", loaded, " --postcopy");
  expect(passing("modes")).toEqual([]);
  keep("turned", loaded, " --postcopy", new Date(), "post-copy");
  expect(passing("modes")).toEqual(["measured-post-copy"]);
  keep("slowed", loaded, " --auto-converge --auto-converge-initial 50");
  expect(passing("modes")).toEqual(["measured-post-copy", "measured-auto-converge"]);
});

test("a mode counts by its command, too", () => {
  start(new Date(Date.now() - 60_000));
  keep("post-copy", { measure: { memoryWritesMiBps: 32 } }, " --postcopy --postcopy-after-precopy");
  expect(passing("modes")).toEqual(["measured-post-copy"]);
});
