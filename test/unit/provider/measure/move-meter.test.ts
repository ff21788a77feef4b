import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { type MeasureOptionsInput, measureOptions } from "../../../../provider/measure/measure-options";
import { measure } from "../../../../provider/measure/measurement";
import { MoveMeter } from "../../../../provider/measure/move-meter";
import { isMissing, type Measurement } from "../../../../provider/sdk/measurement";
import { connection } from "../../../simulator/simulated-hosts";
import { EchoGuest } from "./echo-guest";
import { RunsHere } from "./runs-here";

const scratch = mkdtempSync(join(tmpdir(), "measure-test-"));
afterAll(() => rmSync(scratch, { recursive: true }));

let guest: EchoGuest;
let port: number;
let pool: RunsHere;
const said: string[] = [];
beforeEach(async () => {
  guest = new EchoGuest();
  port = await guest.start();
  pool = new RunsHere();
  said.length = 0;
});
afterEach(() => guest.stop());

const figures = { downtimeMs: 12, jobTimeMs: 345, dataMovedMiB: 67 };

/** A move that lasts a moment, in which the guest is deaf for a while. */
async function moved(
  given: MeasureOptionsInput,
  changed: object = {},
  running = true,
  foretell?: Parameters<MoveMeter["baseline"]>[0],
) {
  const log = { status: () => {}, say: (line: string) => void said.push(line), flush: async () => {} };
  const signal = new AbortController().signal;
  const asked = {
    guest: "guest",
    timeoutSeconds: 60,
    observer: connection("nfs"),
    probe: { address: "127.0.0.1", port },
    measure: measureOptions.parse(given),
    ...changed,
  };
  const meter = new MoveMeter(asked, { pool, signal, log });
  meter.begin({ from: "source", to: connection("localhost"), running });
  await meter.baseline(foretell);
  meter.mark("command");
  await sleep(100);
  guest.drop = () => true;
  meter.onEvent({ phase: "pre-copy", elapsedMs: 80, iteration: 1, remainingMiB: 12 });
  await sleep(300);
  guest.drop = () => false;
  await sleep(200);
  meter.mark("virsh-ended");
  meter.mark("answered");
  meter.mark("proved");
  const measurement = await meter.end(figures);
  await meter.close();
  if (isMissing(measurement)) throw new Error(measurement.missing);
  return measurement;
}

/** Whatever else it has: the move goes on. */
function withoutFigures({ downtime, service, guestClock }: Measurement): unknown[] {
  return [downtime, service, guestClock].map((figure) => (isMissing(figure) ? figure.missing : "measured"));
}

describe("a move that is measured", () => {
  test("has its figures, and its samples in a file from which they can be computed again", async () => {
    const file = join(scratch, "moves", "last.jsonl");
    const measurement = await moved({ beforeSeconds: 1, afterSeconds: 1, file });
    const { downtime, total, service, clocks, phases } = measurement;
    expect(isMissing(downtime) ? downtime.missing : downtime.gapMs).toBeGreaterThanOrEqual(250);
    expect(isMissing(total) ? total.missing : total.seenBy).toBe("probe");
    expect(isMissing(service) ? service.missing : service.before).toMatchObject({
      answered: expect.any(Number),
    });
    const { neighbour } = measurement;
    expect(isMissing(neighbour) ? neighbour.missing : neighbour.before).toMatchObject({
      answered: expect.any(Number),
    });
    expect(measurement.memoryWrites).toEqual({ missing: "no such writing was asked for" });
    expect(clocks).toHaveProperty("uncertaintyMs");
    expect(phases.find(({ phase }) => phase === "connect")).toHaveProperty("toMs");
    expect(measurement.libvirt.jobTimeMs).toEqual({ ms: 345 });
    expect(measure(readFileSync(file, "utf8"), file)).toEqual(measurement);
    expect(said.at(-1)).toMatch(/^measured from nfs: total time .* downtime \d+ ± \d+ ms \(libvirt: 12 ms\)/);
  });

  test("lets the guest write for as long as it is watched, and tells how much it did", async () => {
    const { memoryWrites, diskWrites } = await moved({
      ...{ beforeSeconds: 1, afterSeconds: 1 },
      ...{ memoryWritesMiBps: 16, neighbour: false },
    });
    expect(guest.loads).toEqual(["load 16", "writes 0", "load 0", "writes 0"]);
    if (isMissing(memoryWrites) || isMissing(memoryWrites.before)) throw new Error("missing");
    // The stand-in writes a page each ms.
    expect(memoryWrites.before.perSecond).toBeCloseTo(1000 / 256, 0);
    expect(diskWrites).toEqual({ missing: "no such writing was asked for" });
  });

  test("has a forecast that was made while it was watched, and does not wait for one", async () => {
    const seen: string[] = [];
    const told = { missing: "no bandwidth" };
    const options = { beforeSeconds: 2, afterSeconds: 0, neighbour: false };
    const prompt = await moved(options, {}, true, async () => {
      seen.push(...guest.loads);
      return told;
    });
    expect(prompt.forecast).toEqual(told);
    // With the load that the move will have.
    expect(seen).toEqual(["load 0", "writes 0"]);
    const slow = await moved(options, {}, true, async (signal) => {
      await sleep(60_000, undefined, { signal }).catch(() => {});
      return { missing: String(signal.reason.name) };
    });
    expect(slow.forecast).toEqual({ missing: "TimeoutError" });
    const never = async () => Promise.reject(new Error("asked"));
    const short = await moved({ ...options, beforeSeconds: 1 }, {}, true, never);
    expect(short.forecast).toEqual({ missing: "none was made: beforeSeconds is below 2" });
    const blind = await moved({}, { observer: undefined }, true, never);
    expect(blind.forecast).toEqual({ missing: "none was made" });
  });

  test("goes on where there is no perl, and says so", async () => {
    pool.prefix = "PATH=/nowhere; ";
    const why = /^the observer on nfs ended early: .*perl: not found/;
    const measurement = await moved({ beforeSeconds: 1, afterSeconds: 1 });
    expect(withoutFigures(measurement)[0]).toMatch(why);
    expect(withoutFigures(measurement)[1]).toMatch(why);
    expect(measurement.total).toMatchObject({ seenBy: "connection" });
    expect(measurement.samples).toEqual({ missing: "not kept (measure.file is not set)" });
  });

  test("goes on where there is nobody to look, or nobody to answer", async () => {
    const blind = await moved({}, { observer: undefined });
    expect(new Set(withoutFigures(blind))).toEqual(new Set(["no observer and probe are given"]));
    const off = await moved({}, {}, false);
    expect(new Set(withoutFigures(off))).toEqual(new Set(["guest does not run: it answers nobody"]));
  });

  test("goes on where its samples cannot be written", async () => {
    const measurement = await moved({ file: "/proc/no/samples.jsonl" }, { observer: undefined });
    expect(measurement.samples).toEqual({
      missing: expect.stringContaining("cannot be written to /proc/no"),
    });
  });
});

test("a move that is not to be measured does nothing of it", async () => {
  await expect(moved({}, { measure: undefined })).rejects.toThrow("not asked for (measure is not set)");
  expect(guest.connections).toBe(0);
});
