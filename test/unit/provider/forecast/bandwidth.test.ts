import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { BandwidthFile } from "../../../../provider/forecast/bandwidth-file";
import { bandwidthOfMoves, type EarlierMove } from "../../../../provider/forecast/bandwidth-of-moves";
import { measureBandwidth, parseBandwidth, sendSome } from "../../../../provider/forecast/measure-bandwidth";
import { sectionsOf } from "../../../../provider/host/sections";
import type { InspectionContext } from "../../../../provider/preflight/inspect-host";
import { SshTry } from "../../../../provider/preflight/ssh-try";
import { connection } from "../../../simulator/simulated-hosts";

const scratch = mkdtempSync(join(tmpdir(), "bandwidth-test-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const at = Date.parse("2026-11-30T10:00:00.000Z");
const move: EarlierMove = {
  from: "source",
  to: "target",
  command: "virsh migrate --live guest qemu+ssh://target/system",
  totalTimeMs: 12_000,
  jobTimeMs: 8_000,
  dataMovedMiB: 88,
  migratedAt: "2026-11-30T09:50:00.000Z",
};
const pair = ["source", "target"] as const;

describe("what earlier moves tell", () => {
  const usable = { bandwidth: { MiBps: 11, from: "last-move", ageSeconds: 600 }, overheadMs: 4_000 };

  test("is the newest one's between the two hosts, whichever way it went", () => {
    expect(bandwidthOfMoves([move], pair, at)).toEqual(usable);
    expect(bandwidthOfMoves([{ ...move, from: "target", to: "source" }], pair, at)).toEqual(usable);
    expect(bandwidthOfMoves([{ ...move, to: "third" }], pair, at)).toEqual({ overheadMs: 0 });
  });

  test("is not that of a limited move, nor of one that carried nothing", () => {
    const limited = { ...move, command: "virsh migrate --bandwidth 4 guest", dataMovedMiB: 31 };
    // One whose limit was far away does count.
    const free = { ...move, command: "virsh migrate --bandwidth 32 guest" };
    const empty = { ...move, dataMovedMiB: 0.2 };
    const never = { ...move, jobTimeMs: -1 };
    expect(bandwidthOfMoves([never, limited, empty, move], pair, at)).toEqual(usable);
    expect(bandwidthOfMoves([free], pair, at)).toEqual(usable);
    expect(bandwidthOfMoves([limited], pair, at).bandwidth).toBeUndefined();
    const unlimited = { MiBps: 9, from: "last-move" as const, ageSeconds: 30 };
    expect(bandwidthOfMoves([{ ...limited, unlimited }], pair, at).bandwidth).toEqual({
      ...{ MiBps: 9, from: "last-move", ageSeconds: 630 },
    });
  });

  test("has no age where its time is not known", () => {
    const { bandwidth } = bandwidthOfMoves([{ ...move, migratedAt: "" }], pair, at);
    expect(Object.keys(bandwidth ?? {})).toEqual(["MiBps", "from"]);
  });
});

/** Runs the script here, with an `ssh` that runs here what it should run there. */
async function sent(ssh: string): Promise<string> {
  const program = join(scratch, "ssh");
  writeFileSync(program, `#!/bin/sh\n${ssh}\n`);
  chmodSync(program, 0o755);
  const env = { PATH: `${scratch}:${process.env.PATH}` };
  const { stdout } = await execa("sh", ["-s", "token", "target", ""], {
    input: sendSome,
    env,
    timeout: 20_000,
    reject: false,
  });
  return stdout;
}
const here = 'for last; do :; done; exec sh -c "$last"';

describe("a measurement over SSH", () => {
  test("tells what some MiB took, whatever is said at login", async () => {
    const text = await sent(`echo Welcome; ${here}`);
    const { MiBps } = parseBandwidth(sectionsOf("token", text).get("bandwidth")) as { MiBps: number };
    expect(MiBps).toBeGreaterThan(0);
  });

  test("says why there is none", async () => {
    const refused = await sent('echo "root@target: Permission denied" >&2; exit 255');
    expect(parseBandwidth(sectionsOf("token", refused).get("bandwidth"))).toEqual({
      missing: "root@target: Permission denied",
    });
    expect(parseBandwidth(undefined)).toHaveProperty("missing");
    // Half of it came, or the clock went back.
    expect(parseBandwidth("1000000000\n100\n2000000000\n")).toHaveProperty("missing");
    expect(parseBandwidth("2000000000\n3670016\n1000000000\n")).toHaveProperty("missing");
    expect(parseBandwidth("1000000000\n3670016\n2000000000\n")).toEqual({ MiBps: 3.5 });
    expect(parseBandwidth("1000000000\nstty: not a tty\n3670016\n2000000000\n")).toEqual({ MiBps: 3.5 });
  });

  test("is made once in six hours for both ways, and never where SSH does not work", async () => {
    let scripts = 0;
    let exitCode = "0";
    let now = at;
    const pool = {
      script: async (_host: unknown, script: string, [token]: readonly string[]) => {
        if (script !== sendSome)
          return { exitCode: 0, stderr: "", stdout: `=${token}:ssh\n${exitCode}\nhello\n` };
        scripts++;
        const stdout = `=${token}:bandwidth\n1000000000\n3670016\n2000000000\n`;
        return { exitCode: 0, stderr: "", stdout };
      },
    } as unknown as InspectionContext["pool"];
    const context = { pool, signal: new AbortController().signal };
    const file = new BandwidthFile(join(scratch, "bandwidth.json"), () => now);
    const measured = (from: string, to: string) => {
      const sshTry = SshTry.begin(connection(from), to, context, true);
      return measureBandwidth(connection(from), to, { sshTry, byLibvirtd: true, file }, context);
    };
    expect(await measured("source", "target")).toEqual({ MiBps: 3.5, ageSeconds: 0 });
    now += 60_000;
    expect(await measured("target", "source")).toEqual({ MiBps: 3.5, ageSeconds: 60 });
    expect(scripts).toBe(1);
    now += 6 * 3_600_000;
    await measured("source", "target");
    await measured("source", "third");
    expect(scripts).toBe(3);
    exitCode = "255";
    expect(await measured("target", "third")).toHaveProperty("missing");
    expect(scripts).toBe(3);
  });

  test("does without a file that cannot be read or written", async () => {
    const file = new BandwidthFile(join(scratch, "no", "such", "folder"));
    await file.write("a", "b", 3);
    expect(await file.read("a", "b")).toBeUndefined();
    writeFileSync(join(scratch, "broken"), '{"a b":');
    expect(await new BandwidthFile(join(scratch, "broken")).read("a", "b")).toBeUndefined();
  });
});
