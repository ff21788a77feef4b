import { describe, expect, test } from "vitest";
import { dirtyRateMode, type MeasuredGuest } from "../../../../provider/forecast/dirty-rate-mode";
import { parseDomainStats } from "../../../../provider/forecast/domain-stats";
import { measureDirtyRate } from "../../../../provider/forecast/measure-dirty-rate";
import { parseGuestDefinition } from "../../../../provider/preflight/facts/guest-definition";
import type { InspectionContext } from "../../../../provider/preflight/inspect-host";
import { connection } from "../../../simulator/simulated-hosts";
import { recorded } from "../recording";

/** libvirt 9.0 with QEMU 7.2, of guests that had not begun to boot: emulated ones, and one under KVM. */
const said = (what: string) => recorded("libvirt-9.0", "dirty-rate").get(what) ?? expect.fail(what);

describe("what domstats says", () => {
  test("is read as libvirt 9.0 said it", () => {
    expect(parseDomainStats(said("unstarted")).dirtyRate).toEqual({ status: "unstarted" });
    expect(parseDomainStats(said("measuring")).dirtyRate).toEqual({ status: "measuring" });
    const { residentMiB, dirtyRate } = parseDomainStats(said("measured-under-kvm"));
    expect(residentMiB).toBeCloseTo(42.05, 1);
    expect(dirtyRate).toEqual({ status: "measured", MiBps: 0, mode: "dirty-bitmap" });
  });

  test("is read as the documentation has it: before 8.1 without a mode, with rates of single processors, with disks", () => {
    const old =
      "Domain: 'vm0'\n  dirtyrate.calc_status=2\n  dirtyrate.calc_period=1\n  dirtyrate.megabytes_per_second=5\n";
    expect(parseDomainStats(old)).toEqual({
      residentMiB: undefined,
      allocatedMiB: 0,
      dirtyRate: { status: "measured", MiBps: 5, mode: "page-sampling" },
    });
    const disks =
      "  block.count=2\n  block.0.name=vda\n  block.0.allocation=1048576\n  block.1.allocation=524288\n";
    const ring = "  dirtyrate.calc_mode=dirty-ring\n  dirtyrate.vcpu.0.megabytes_per_second=1\n";
    const told = parseDomainStats(`${old}${ring}${disks}`);
    expect(told.allocatedMiB).toBe(1.5);
    expect(told.dirtyRate).toMatchObject({ MiBps: 5, mode: "dirty-ring" });
    expect(parseDomainStats("error: no such thing").dirtyRate).toEqual({ status: "unstarted" });
  });
});

const guest = (type: string, MiB: number, changed: Partial<MeasuredGuest> = {}): MeasuredGuest => ({
  state: "running",
  runningJob: undefined,
  definition: parseGuestDefinition(`<domain type='${type}'><memory unit='MiB'>${MiB}</memory></domain>`),
  hasOwnArguments: false,
  libvirt: [9, 0, 0],
  ...changed,
});

describe("how a dirty rate is measured", () => {
  test.each([
    ["kvm", 512, "dirty-bitmap"],
    ["kvm", 4096, "page-sampling"],
    ["qemu", 128, "page-sampling"],
  ])("of a guest of type %s with %i MiB by %s", (type, MiB, mode) => {
    expect(dirtyRateMode(guest(type, MiB))).toEqual({ mode });
  });

  test("never by dirty-bitmap where QEMU might have no KVM: it would end the guest", () => {
    for (const MiB of [64, 127, 128, 512, 4096])
      for (const changed of [{}, { libvirt: [11, 3, 0] }])
        expect(dirtyRateMode(guest("qemu", MiB, changed))).not.toEqual({ mode: "dirty-bitmap" });
    expect(dirtyRateMode(guest("kvm", 512, { hasOwnArguments: true }))).toEqual({ mode: "page-sampling" });
    expect(dirtyRateMode(guest("qemu", 96))).toEqual({ missing: expect.stringContaining("128 MiB") });
  });

  test("not where it stands still, where a job goes on, or where libvirt cannot", () => {
    expect(dirtyRateMode(guest("kvm", 512, { state: "paused" }))).toHaveProperty("missing");
    expect(dirtyRateMode(guest("kvm", 512, { runningJob: "Unbounded" }))).toEqual({
      missing: "libvirt is at a job on it (Unbounded)",
    });
    expect(dirtyRateMode(guest("kvm", 512, { libvirt: [8, 0, 0] }))).toEqual({ mode: "page-sampling" });
    expect(dirtyRateMode(guest("kvm", 512, { libvirt: [7, 1, 0] }))).toHaveProperty("missing");
  });
});

/** A host whose virsh answers one after the other. */
function answering(...answers: string[]) {
  const asked: string[] = [];
  const pool = {
    virsh: async (_host: unknown, commands: readonly string[]) =>
      commands.map((command) => {
        asked.push(command);
        const text = answers.shift() ?? "";
        return text.startsWith("error: ") ? { out: "", err: text } : { out: text, err: "" };
      }),
  } as unknown as InspectionContext["pool"];
  return { asked, context: { pool, signal: new AbortController().signal } };
}
const measure = (mode: Parameters<typeof measureDirtyRate>[2], context: InspectionContext) =>
  measureDirtyRate(connection("source"), "uuid", mode, false, context);

describe("a measurement", () => {
  test("begins it, and asks until it is done", async () => {
    const { asked, context } = answering(said("begun"), said("measuring"), said("measured-under-kvm"));
    const told = await measure({ mode: "dirty-bitmap" }, context);
    expect(told.dirtyRate).toEqual({ MiBps: 0, mode: "dirty-bitmap" });
    expect(asked).toEqual([
      "domdirtyrate-calc uuid --seconds 1 --mode dirty-bitmap",
      "domstats --balloon --dirtyrate uuid",
      "domstats --balloon --dirtyrate uuid",
    ]);
  });

  test("says why there is none, and still how much memory is used", async () => {
    for (const refusal of ["busy", "without-ring"]) {
      const { context } = answering(said(refusal), said("unstarted"));
      const { dirtyRate, stats } = await measure({ mode: "page-sampling" }, context);
      expect(dirtyRate).toEqual({ missing: said(refusal).trim().slice("error: ".length) });
      expect(stats.residentMiB).toBeCloseTo(45.3, 1);
    }
    const { asked, context } = answering(said("measured"));
    expect((await measure({ missing: "a job" }, context)).dirtyRate).toEqual({ missing: "a job" });
    expect(asked).toEqual(["domstats --balloon --dirtyrate uuid"]);
  });
});
