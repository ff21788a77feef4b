import { describe, expect, test } from "vitest";
import type { EarlierMove } from "../../../../provider/forecast/bandwidth-of-moves";
import { forecastLines } from "../../../../provider/forecast/forecast-text";
import { gatherForecast } from "../../../../provider/forecast/gather-forecast";
import { previewNote } from "../../../../provider/forecast/preview-note";
import { type MigrationOptionsInput, migrationOptions } from "../../../../provider/migrate/options";
import { noMove, type Placement } from "../../../../provider/migrate/placement";
import type { SeenHost } from "../../../../provider/preflight/gather";
import type { InspectionContext } from "../../../../provider/preflight/inspect-host";
import type { Forecast } from "../../../../provider/sdk/forecast";
import { isMissing, type Measurement } from "../../../../provider/sdk/measurement";
import { connection } from "../../../simulator/simulated-hosts";
import * as texts from "../preflight/sample-texts";

const earlier: EarlierMove = {
  from: "source",
  to: "target",
  command: "virsh migrate --live guest qemu+ssh://target/system",
  totalTimeMs: 12_000,
  jobTimeMs: 8_000,
  dataMovedMiB: 80,
  migratedAt: "2026-11-30T09:50:00.000Z",
};

/** The guest of the samples: emulated, 128 MiB, on a host whose virsh answers so. */
async function told(
  options: MigrationOptionsInput,
  { moves = [earlier], rss = 90 * 1024, rate = 2, state = "running (booted)", fails = false } = {},
) {
  const asked: string[] = [];
  const sections = new Map([
    ["state", `${state}\n`],
    ["job", "Job type:         None        \n\n"],
    ["definition", texts.definition({ commandline: "" })],
    ["version", texts.version()],
  ]);
  const at = (name: string) =>
    ({ connection: connection(name), inspection: { sections } }) as unknown as SeenHost;
  const stats = `Domain: 'guest'
  balloon.rss=${rss}
  dirtyrate.calc_status=2
  dirtyrate.megabytes_per_second=${rate}
  block.count=1
  block.0.allocation=104857600
`;
  const pool = {
    virsh: async (_host: unknown, commands: readonly string[]) =>
      commands.map((command) => {
        asked.push(command);
        if (fails) throw new Error("the connection broke");
        return { out: command.startsWith("domstats") ? stats : "", err: "" };
      }),
  } as unknown as InspectionContext["pool"];
  const question = {
    ...{ source: at("source"), target: at("target"), earlier: moves },
    options: migrationOptions.parse(options),
  };
  const figure = await gatherForecast(question, { pool, signal: new AbortController().signal });
  return { asked, figure };
}

function present(figure: Awaited<ReturnType<typeof told>>["figure"]): Forecast {
  return isMissing(figure) ? expect.fail(figure.missing) : figure;
}

describe("a forecast of a guest on a host", () => {
  test("is made from its memory, what its QEMU measures, and the last move between the hosts", async () => {
    const { asked, figure } = await told({});
    expect(present(figure)).toMatchObject({
      // 40 MiB are QEMU's own.
      memoryMiB: 50,
      storageMiB: 0,
      bandwidth: { MiBps: 10, from: "last-move" },
      dirtyRate: { MiBps: 2, mode: "page-sampling" },
      ...{ ending: "pre-copy", converges: true, maxDowntimeMs: 300 },
    });
    const { totalMs, jobMs } = present(figure);
    expect(totalMs - jobMs).toBe(4_000);
    expect(asked[0]).toBe(`domdirtyrate-calc ${texts.uuid} --seconds 1`);
    expect(forecastLines(figure)[0]).toMatch(
      /^forecast: converges; about \d+\.\d s, \d passes, \d+ MiB, downtime/,
    );
  });

  test("never takes more than the guest has, or less than nothing", async () => {
    expect(present((await told({}, { rss: 900 * 1024 })).figure).memoryMiB).toBe(128);
    expect(present((await told({}, { rss: 1024 })).figure).memoryMiB).toBe(0);
  });

  test("knows the options: limit, downtime, throttle, storage, mode", async () => {
    const limited = present((await told({ bandwidthMiBps: 4, maxDowntimeMs: 1_000 })).figure);
    expect(limited).toMatchObject({ bandwidth: { MiBps: 4, from: "limit" }, maxDowntimeMs: 1_000 });
    // Where nothing else is known, too.
    const alone = present((await told({ bandwidthMiBps: 4 }, { moves: [] })).figure);
    expect(alone.bandwidth).toEqual({ MiBps: 4, from: "limit" });
    expect(present((await told({ bandwidthMiBps: 99 })).figure).bandwidth.MiBps).toBe(10);
    const { asked, figure } = await told({ copyStorage: "all", mode: "postCopy" });
    expect(present(figure)).toMatchObject({ storageMiB: 100, ending: "post-copy" });
    expect(asked.at(-1)).toContain("--block");
    const fast = { rate: 30 };
    expect(present((await told({}, fast)).figure)).toMatchObject({ converges: false, ending: "abort" });
    const throttled = present((await told({ autoConverge: {} }, fast)).figure);
    expect(throttled).toMatchObject({ converges: true, ending: "pre-copy" });
    expect(present((await told({ mode: "hybrid" }, fast)).figure).ending).toBe("post-copy");
  });

  test("is none where something is not known, which is said, and which fails nothing", async () => {
    expect((await told({ mode: "offline" })).figure).toEqual({
      missing: expect.stringContaining("shut off"),
    });
    expect((await told({}, { moves: [] })).figure).toEqual({
      missing: "not measured: no earlier move between these hosts tells the bandwidth",
    });
    expect((await told({}, { fails: true })).figure).toEqual({
      missing: "not measured: the connection broke",
    });
    const paused = await told({}, { state: "paused (user)" });
    expect(present(paused.figure).dirtyRate).toHaveProperty("missing");
    expect(paused.asked.join()).not.toContain("domdirtyrate-calc");
    expect(forecastLines(paused.figure).join("\n")).toContain("these are the least figures");
  });
});

describe("a preview", () => {
  const state: Placement = {
    ...noMove,
    ...{ ...earlier, downtimeMs: 160, runningOn: "target", guestName: "guest", origin: "source" },
    migratedAt: new Date().toISOString(),
  };
  const note = (to: string | undefined, was: Placement | undefined = state, options: unknown = undefined) =>
    previewNote({ guest: "guest", to, options }, was);

  test("tells of a move back what the last one took, and asks no host", () => {
    expect(note("source")).toBe(
      "the last move of guest was between the same hosts (source → target): libvirt's job took 8.0 s of 12.0 s in all, 80 MiB, downtime 160 ms",
    );
  });

  test("computes it for the options where a forecast of the last move is kept", async () => {
    const forecast = present((await told({})).figure);
    const measured = { ...state, measurement: { forecast } as Measurement };
    expect(note("source", measured)).toMatch(/^forecast: converges; about .*\n.*\na preview asks no host/s);
    expect(note("source", measured, { mode: "postCopy" })).toContain("goes on by post-copy");
    expect(note("source", measured, { bandwidthMiBps: 2 })).toContain("bandwidth 2 MiB/s (bandwidthMiBps)");
  });

  test("says nothing where nothing is to be moved, or nothing is known", () => {
    expect(note("target")).toBeUndefined();
    expect(note(undefined)).toBeUndefined();
    expect(previewNote({ guest: "guest", to: "source" }, undefined)).toBeUndefined();
    expect(note("third")).toBeUndefined();
    expect(note("source", { ...state, ...noMove })).toBeUndefined();
    expect(note("source", state, { mode: "offline" })).toBeUndefined();
    // A state of an earlier version.
    const { measurement: _none, ...old } = state;
    expect(note("source", old as Placement)).toContain("the last move of guest");
  });
});
