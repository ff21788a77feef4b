import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { factsOf } from "../../../cli/describe-machines";
import { figuresTable } from "../../../cli/figures-table";
import { findMove, keepMove, keptMoves, withSamples } from "../../../cli/kept-moves";
import { lastSamples, measureOf, movesFolder } from "../../../components/measured-moves";
import { measure } from "../../../provider/measure/measurement";
import { blindMove, sampleMove } from "../report/sample-moves";

const scratch = mkdtempSync(join(tmpdir(), "moves-test-"));
beforeAll(() => void vi.stubEnv("KVMLAB_CACHE", scratch));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

describe("measured moves", () => {
  test("are kept by the time when they ended, with their samples, and found again", async () => {
    expect(await keptMoves("dev")).toEqual([]);
    for (const number of [0, 1, 2]) {
      const { move, samples } = sampleMove(number);
      mkdirSync(movesFolder("dev"), { recursive: true });
      writeFileSync(lastSamples("dev", "guest"), samples);
      await keepMove(move);
    }
    writeFileSync(join(movesFolder("dev"), "stranger.json"), "{}");
    const moves = await keptMoves("dev");
    expect(moves.map(({ name }) => name)).toEqual([0, 1, 2].map((number) => sampleMove(number).name));
    expect(moves[1] && (await withSamples(moves[1]))).toEqual(sampleMove(1));
    // Anyone can compute the figures again.
    const { move, samples = "" } = await withSamples(await findMove("dev", "last"));
    expect(measure(samples, `${sampleMove(2).name}.jsonl`)).toEqual(move.measurement);
    expect((await findMove("dev", "last~2")).name).toBe(sampleMove(0).name);
    expect((await findMove("dev", "2026-11-23T14:01")).name).toBe(sampleMove(1).name);
    const file = join(movesFolder("dev"), `${sampleMove(1).name}.json`);
    expect((await findMove("another", file)).name).toBe(sampleMove(1).name);
    expect(readFileSync(file, "utf8")).toContain('"migratedAt"');
  });

  test("that are not there are an error that names some", async () => {
    await expect(findMove("dev", "1999")).rejects.toMatchObject({
      facts: { code: "KVM-916", found: expect.stringContaining("2026-11-23T14-02") },
    });
    await expect(findMove("empty", "last")).rejects.toMatchObject({
      facts: { found: "none was measured yet" },
    });
  });
});

test("the figures of two moves stand side by side, with their units", () => {
  const table = figuresTable([sampleMove(1).move.measurement, sampleMove(0).move.measurement]);
  expect(table).toMatch(/total time\s+6\.\d\d ± 0\.01 s\s+6\.\d\d ± 0\.01 s/);
  expect(table).toMatch(/downtime, seen\s+2\d\d ± \d+ ms/);
  expect(table).toMatch(/downtime, libvirt's\s+180 ms/);
});

test("a figure that could not be measured is shown with the reason", () => {
  const table = figuresTable([blindMove().move.measurement]);
  expect(table).toMatch(/downtime, seen\s+missing: no observer and probe are\s+given/);
  expect(table).toMatch(/libvirt's\s+missing: libvirt does not tell it/);
});

test("the stack's key measure is true, false or options, and the samples have a place in the lab's folder", () => {
  const file = lastSamples("dev", "guest");
  expect(measureOf(false, "dev", "guest")).toBeUndefined();
  expect(measureOf(true, "dev", "guest")).toEqual({ file });
  expect(measureOf({ beforeSeconds: 20 }, "dev", "guest")).toEqual({ file, beforeSeconds: 20 });
});

test("what a machine says of itself is read by its words", () => {
  const facts = factsOf("kernel Linux 6.1.0\nvirtualization qemu\nlibrary libvirt 9.0.0\n\nnoise");
  expect([...facts]).toEqual([
    ["kernel", "Linux 6.1.0"],
    ["virtualization", "qemu"],
    ["library", "libvirt 9.0.0"],
  ]);
});
