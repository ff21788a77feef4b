import { describe, expect, test } from "vitest";
import { LabError } from "../../../../errors/lab-error";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import type { HostConnection } from "../../../../provider/host/host-connection";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunResult } from "../../../../provider/host/remote-shell";
import type { Move, VirshEnd } from "../../../../provider/migrate/move";
import { type MigrationOptionsInput, migrationOptions } from "../../../../provider/migrate/options";
import { type SettleContext, settle } from "../../../../provider/migrate/settle";

const host = (name: string): HostConnection => ({
  name,
  address: "127.0.0.1",
  port: 22,
  user: "root",
  privateKey: "k",
  hostKey: "h",
});

const on = (name: string, state?: string, reason?: string): DomainOnHost => ({
  host: name,
  list: [],
  ...(state === undefined
    ? {}
    : {
        domain: {
          name: "guest",
          uuid: "u1",
          state,
          persistent: true,
          ...(reason === undefined ? {} : { reason }),
        },
      }),
});

/** A pool that reaches nobody, and remembers what it was asked to run. */
class NoPool extends HostPool {
  readonly commands: string[] = [];
  override async run(where: HostConnection, command: string): Promise<RunResult> {
    this.commands.push(`${where.name}: ${command.split("; ").at(-1)}`);
    return { stdout: "", stderr: "", exitCode: 0 };
  }
}

interface Case {
  readonly before?: Move["before"];
  readonly newName?: string;
  readonly options?: MigrationOptionsInput;
  readonly end?: Partial<VirshEnd>;
  readonly logs?: NonNullable<SettleContext["logs"]>;
  /** What is seen at one look after the other; the last one again and again. */
  readonly looks: readonly (readonly [DomainOnHost, DomainOnHost])[];
}

async function settled({ before = "running", newName = "guest", options = {}, end = {}, logs, looks }: Case) {
  const pool = new NoPool();
  let next = 0;
  const task: Move = {
    guest: "guest",
    names: { from: "guest", to: newName },
    from: host("source"),
    to: host("target"),
    timeoutMs: 50,
    options: migrationOptions.parse(options),
    before,
  };
  const virsh = { complaint: undefined, calledOff: false, ended: true, interventions: [], ...end };
  const look = async () => looks[Math.min(next++, looks.length - 1)] ?? [];
  const context = { pool, status: () => {}, look, pauseMs: 1, patienceMs: 20, ...(logs && { logs }) };
  const outcome = await settle(task, virsh, context).then(
    () => "arrived",
    (error: unknown) => (error instanceof LabError ? error.facts : error),
  );
  return { outcome, commands: pool.commands };
}

const code = (expected: string) => expect.objectContaining({ code: expected });
const pause = { act: "pause" as const, why: "no progress" };

describe("what became of a move", () => {
  test("a guest that the move suspended goes on where it stayed", async () => {
    const stayed = [on("source", "paused", "migrating"), on("target")] as const;
    const { outcome, commands } = await settled({
      options: { mode: "paused" },
      looks: [stayed, [on("source", "running", "unpaused"), on("target")]],
    });
    expect(commands).toEqual(["source: virsh resume guest"]);
    expect(outcome).toEqual(code("KVM-605"));
  });

  test("and where it arrived; what cannot be resumed is told", async () => {
    const arrived = [on("source"), on("target", "paused", "user")] as const;
    const { outcome, commands } = await settled({ end: { interventions: [pause] }, looks: [arrived] });
    expect(commands).toEqual(["target: virsh resume guest"]);
    expect(outcome).toEqual(code("KVM-612"));
  });

  test.each([
    ["nobody of ours suspended it", {}, "user"],
    ["its disk failed", { options: { mode: "paused" as const } }, "I/O error"],
    ["it stood still before", { options: { mode: "paused" as const }, before: "paused" as const }, "user"],
  ])("nothing is resumed: %s", async (_name, given, reason) => {
    const { commands } = await settled({ ...given, looks: [[on("source", "paused", reason), on("target")]] });
    expect(commands).toEqual([]);
  });

  test("a guest that stood still has arrived when it stands still on the target", async () => {
    const { outcome } = await settled({
      before: "paused",
      looks: [[on("source"), on("target", "paused", "user")]],
    });
    expect(outcome).toBe("arrived");
  });

  test("a definition has arrived when the target has it", async () => {
    const { outcome } = await settled({
      before: "off",
      options: { mode: "offline" },
      looks: [[on("source"), on("target", "shut off")]],
    });
    expect(outcome).toBe("arrived");
  });

  test("a broken post-copy is no arrival: neither copy is to be destroyed, and the way back is told", async () => {
    const { outcome, commands } = await settled({
      options: { mode: "hybrid" },
      looks: [[on("source", "paused", "post-copy failed"), on("target", "running", "post-copy failed")]],
    });
    expect(outcome).toEqual(code("KVM-614"));
    expect(outcome).toEqual(expect.objectContaining({ mend: expect.stringContaining("--postcopy-resume") }));
    expect(commands).toEqual([]);
  });

  test("the policy's abort has a code of its own", async () => {
    const abort = { act: "abort" as const, why: "no progress" };
    const { outcome } = await settled({
      end: { interventions: [abort], calledOff: true, complaint: "not converging" },
      looks: [[on("source", "running"), on("target")]],
    });
    expect(outcome).toEqual(code("KVM-613"));
  });

  test("where it ended during the move, each host's log of it has the name that it has there", async () => {
    const looks = [[on("source", "shut off"), on("target")]] as const;
    const mendOf = async (newName?: string) =>
      (await settled({ looks, ...(newName && { newName }) })).outcome as { mend: string };
    expect((await mendOf()).mend).toContain("on both hosts, /var/log/libvirt/qemu/guest.log;");
    expect((await mendOf("mail")).mend).toContain(
      "/var/log/libvirt/qemu/guest.log, on the target /var/log/libvirt/qemu/mail.log;",
    );
  });

  test("a failure says what the logs of both hosts have, an arrival asks for none", async () => {
    const logs = async () => [{ host: "target", lines: ["load of migration failed: Input/output error"] }];
    const looks = [[on("source", "running"), on("target")]] as const;
    const { outcome } = await settled({ looks, logs });
    const found = expect.stringMatching(
      /virsh: no complaint\. log of target: load of migration failed: Input\/output error$/,
    );
    expect(outcome).toEqual(expect.objectContaining({ code: "KVM-605", found }));
    const unasked = async () => Promise.reject(new Error("nobody wants them"));
    const arrived = await settled({ looks: [[on("source"), on("target", "running")]], logs: unasked });
    expect(arrived.outcome).toBe("arrived");
  });
});
