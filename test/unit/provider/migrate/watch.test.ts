import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { EventsFile, eventOf } from "../../../../provider/migrate/events-file";
import { percentOf, progressLine, secondsLeft } from "../../../../provider/migrate/progress-line";
import { interventionCommand, watchedCommand } from "../../../../provider/migrate/watch";

const sample = {
  elapsedMs: 4000,
  totalMiB: 128,
  processedMiB: 80,
  remainingMiB: 51.2,
  bandwidthMiBps: 12.3,
  dirtyMiBps: 3.1,
  iteration: 2,
  expectedDowntimeMs: 300,
  throttlePercent: undefined,
  postCopy: false,
};

test("what is shown in place", () => {
  expect(progressLine("guest", "target", sample)).toBe(
    "migrating guest to target: 60%, 51.2 of 128 MiB left, 12.3 MiB/s, dirty 3.1 MiB/s, iteration 2, about 6 s",
  );
  expect(secondsLeft({ ...sample, dirtyMiBps: 13 })).toBeUndefined();
  expect(percentOf({ ...sample, remainingMiB: 0 })).toBe(99);
});

test("the move's own exit code and words come through, and what listens for its end ends with it", async () => {
  const started = performance.now();
  const command = watchedCommand("sleep 0.2; echo said; (exit 7)", "guest", 60);
  const result = await execa("sh", ["-c", command], { reject: false, env: { PATH: "/usr/bin:/bin" } });
  expect(result.exitCode).toBe(7);
  expect(result.stderr).toContain("said");
  expect(result.stdout).toBe("");
  // Its output is closed: nothing that it started lives on.
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("interventions are what a student would type", () => {
  const why = "";
  expect(interventionCommand("g", { act: "pause", why }).join(" ")).toBe("virsh suspend g");
  expect(interventionCommand("g", { act: "postCopy", why }).join(" ")).toBe("virsh migrate-postcopy g");
  expect(interventionCommand("g", { act: "maxDowntime", downtimeMs: 600, why }).join(" ")).toBe(
    "virsh migrate-setmaxdowntime g 600",
  );
});

test("events are one JSON object a line, in their order; a file that cannot be written is told once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "events-"));
  try {
    const path = join(folder, "events.jsonl");
    const about = { guest: "guest", from: "source", to: "target" };
    const complaints: string[] = [];
    const events = new EventsFile(path, about, (line) => complaints.push(line));
    events.add({ phase: "start" });
    events.add(eventOf(sample));
    events.add({ phase: "end" });
    await events.flush();
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    const read = lines.map((line): unknown => JSON.parse(line));
    expect(read).toMatchObject([
      { ...about, phase: "start" },
      { ...about, phase: "pre-copy", percent: 60, remainingMiB: 51.2 },
      { ...about, phase: "end" },
    ]);
    const broken = new EventsFile(folder, about, (line) => complaints.push(line));
    broken.add({ phase: "start" });
    broken.add({ phase: "end" });
    await broken.flush();
    expect(complaints).toHaveLength(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
