import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterAll, expect, test } from "vitest";
import { fillIn } from "../../../course/fill-in";
import { readExercise } from "../../../course/read-exercises";

// What the checks of `measure` make of the files in which ./lab keeps measured moves.

const folder = mkdtempSync(join(tmpdir(), "measured-moves-"));
afterAll(() => rmSync(folder, { recursive: true }));

const started = join(folder, "exercise.json");
const values = { lab: { moves: folder, started } };
const checks = readExercise("measure").steps.flatMap((step) => step.checks);
const passing = () =>
  checks
    .filter(
      ({ run }) =>
        execaSync("sh", ["-s"], { input: fillIn(run, values, "shell"), reject: false }).exitCode === 0,
    )
    .map(({ name }) => name);

/** As cli/kept-moves.ts writes it, with libvirt's samples, which have bandwidths in any move. */
function keep(name: string, settings: object, options = "", at = new Date()): void {
  const events = [{ phase: "job", bandwidthMiBps: 93.5 }];
  const command = `virsh migrate --live --p2p --persistent --undefinesource${options} --verbose guest qemu+ssh://target/system`;
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ command, events, settings }, undefined, 2));
  utimesSync(file, at, at);
}

test("each step is done by its own kind of move, measured since the exercise was started", () => {
  const before = new Date(Date.now() - 60_000);
  keep("old", { migrationOptions: {}, measure: true }, "", new Date(Date.now() - 120_000));
  expect(passing()).toEqual([]);
  writeFileSync(started, "{}");
  utimesSync(started, before, before);
  expect(passing()).toEqual([]);
  keep(
    "both",
    { migrationOptions: { bandwidthMiBps: 8 }, measure: { memoryWritesMiBps: 4 } },
    " --bandwidth 8",
  );
  expect(passing()).toEqual([]);
  keep("baseline", { migrationOptions: {}, measure: true });
  expect(passing()).toEqual(["measured"]);
  keep("limit", { migrationOptions: { bandwidthMiBps: 8 }, measure: true }, " --bandwidth 8");
  expect(passing()).toEqual(["measured", "measured-limit"]);
  keep("load", { migrationOptions: {}, measure: { memoryWritesMiBps: 4 } });
  expect(passing()).toEqual(["measured", "measured-limit", "measured-load"]);
});
