import { describe, expect, test } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import type { GuestView } from "../../../../provider/host/guest-view";
import type { HostConnection } from "../../../../provider/host/host-connection";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunResult } from "../../../../provider/host/remote-shell";
import type { VirshAnswer } from "../../../../provider/host/virsh-session";
import { type MigrationOptionsInput, migrationOptions } from "../../../../provider/migrate/options";
import { type ResolveContext, resolveOutcome } from "../../../../provider/migrate/resolve-outcome";
import type { MigrationEnd, Move } from "../../../../provider/migrate/run-migration";
import { quickClock } from "../host/quick-clock";
import { host, on, outgoing, uuid, viewOn } from "../host/sample-views";

/** What a script was meant to do, by what it says: they have no names on the wire. */
const deeds: readonly (readonly [RegExp, string])[] = [
  [/dumpxml "\$1" --inactive --security-info/, "keep on target"],
  [/"paused \(post-copy"\*\) virsh --quiet destroy/, "remove half"],
];

/** A pool that reaches nobody, and remembers what it was asked to run. */
class NoPool extends HostPool {
  readonly commands: string[] = [];
  constructor(
    readonly exitCode = 0,
    readonly followed: readonly string[] = [],
  ) {
    super();
  }
  #follows = 0;
  /** Nobody uses the connection itself. */
  override async connect(): Promise<never> {
    return undefined as never;
  }
  override async virsh(where: HostConnection): Promise<VirshAnswer[]> {
    this.commands.push(`${where.name}: follow`);
    return [{ out: this.followed[this.#follows++] ?? "Job type:         None\n", err: "" }];
  }
  override async run(where: HostConnection, command: string): Promise<RunResult> {
    const deed = deeds.find(([pattern]) => pattern.test(command))?.[1];
    this.commands.push(`${where.name}: ${deed ?? command.split("; ").at(-1)}`);
    return { stdout: "", stderr: "it is running by now", exitCode: this.exitCode };
  }
  override script(where: HostConnection, script: string): Promise<RunResult> {
    return this.run(where, script);
  }
}

interface Case {
  readonly before?: Move["before"];
  readonly newName?: string;
  readonly options?: MigrationOptionsInput;
  readonly end?: Partial<MigrationEnd>;
  readonly logs?: NonNullable<ResolveContext["logs"]>;
  readonly exitCode?: number;
  /** What virsh says of the job, one time after the other that it is followed. Default: there is none. */
  readonly followed?: readonly string[];
  /** What is seen at one look after the other; the last one again and again. */
  readonly inspections: readonly GuestView[];
}

async function resolved({
  before = "running",
  newName = "guest",
  options = {},
  end = {},
  logs,
  exitCode,
  followed,
  inspections,
}: Case) {
  const pool = new NoPool(exitCode, followed);
  let next = 0;
  const task: Move = {
    guest: "guest",
    uuid,
    names: { from: "guest", to: newName },
    from: host("source"),
    to: host("target"),
    timeoutMs: 50,
    options: migrationOptions.parse(options),
    before,
  };
  const virsh = { complaint: undefined, cancelled: false, ended: true, interventions: [], ...end };
  const inspect = async () => inspections[Math.min(next++, inspections.length - 1)] ?? viewOn([]);
  const context = {
    pool,
    clock: quickClock(),
    status: () => {},
    say: () => {},
    inspect,
    ...(logs && { logs }),
  };
  const outcome = await resolveOutcome(task, virsh, context).then(
    () => "arrived",
    (error: unknown) => (error instanceof ProviderError ? error.facts : error),
  );
  return { outcome, commands: pool.commands, looked: next };
}

const sees = (...seen: Parameters<typeof viewOn>[0]) => viewOn(seen);

const code = (expected: string) => expect.objectContaining({ code: expected });
const pause = { act: "pause" as const, why: "no progress" };

describe("what became of a move", () => {
  test("a guest that the move suspended goes on where it stayed", async () => {
    const stayed = sees(on("source", "paused", "migrating"), on("target"));
    const { outcome, commands } = await resolved({
      options: { mode: "paused" },
      inspections: [stayed, sees(on("source", "running", "unpaused"), on("target"))],
    });
    expect(commands).toEqual([`source: virsh resume ${uuid}`]);
    expect(outcome).toEqual(code("KVM-605"));
  });

  test("and where it arrived; what cannot be resumed is told", async () => {
    const arrived = sees(on("source"), on("target", "paused", "user"));
    const { outcome, commands } = await resolved({ end: { interventions: [pause] }, inspections: [arrived] });
    expect(commands).toEqual([`target: virsh resume ${uuid}`]);
    expect(outcome).toEqual(code("KVM-612"));
  });

  test.each([
    ["nobody of ours suspended it", {}, "user"],
    ["its disk failed", { options: { mode: "paused" as const } }, "I/O error"],
    ["it stood still before", { options: { mode: "paused" as const }, before: "paused" as const }, "user"],
  ])("nothing is resumed: %s", async (_name, given, reason) => {
    const { commands } = await resolved({
      ...given,
      inspections: [sees(on("source", "paused", reason), on("target"))],
    });
    expect(commands).toEqual([]);
  });

  test("a guest that stood still has arrived when it stands still on the target", async () => {
    const { outcome } = await resolved({
      before: "paused",
      inspections: [sees(on("source"), on("target", "paused", "user"))],
    });
    expect(outcome).toBe("arrived");
  });

  test("a definition has arrived when the target has it", async () => {
    const { outcome } = await resolved({
      before: "off",
      options: { mode: "offline" },
      inspections: [sees(on("source"), on("target", "shut off"))],
    });
    expect(outcome).toBe("arrived");
  });

  test("a broken post-copy is no arrival: neither copy is to be destroyed, and the way back is told", async () => {
    const { outcome, commands } = await resolved({
      options: { mode: "hybrid" },
      inspections: [
        sees(on("source", "paused", "post-copy failed"), on("target", "running", "post-copy failed")),
      ],
    });
    expect(outcome).toEqual(code("KVM-614"));
    expect(outcome).toEqual(expect.objectContaining({ fix: expect.stringContaining("--postcopy-resume") }));
    expect(commands).toEqual([]);
  });

  test("a post-copy that carries nothing for two minutes is told, and followed no more; one that crawls is followed to its end", async () => {
    const cutOff = sees(
      on("source", "paused", "post-copy failed", { runningJob: "Unbounded", outgoing: true }),
      on("target", "running", "post-copy"),
    );
    const sample = (seconds: number, processed: number) => `Job type:         Unbounded
Operation:        Outgoing migration
Time elapsed:     ${seconds * 1000}       ms
Data processed:   ${processed} MiB
Data remaining:   88.1 MiB
Data total:       128.5 MiB

paused (post-copy failed)
`;
    const still = [30, 90, 150, 170].map((seconds) => sample(seconds, 14.9));
    const { outcome, commands } = await resolved({
      options: { mode: "hybrid" },
      inspections: [cutOff],
      followed: still,
    });
    expect(outcome).toEqual(code("KVM-614"));
    expect(outcome).toMatchObject({ found: expect.stringContaining("nothing was carried for 140 s") });
    expect(commands).toEqual(still.map(() => "source: follow"));

    const crawling = [30, 90, 150, 210].map((seconds) => sample(seconds, seconds));
    const inspections = [...crawling.map(() => cutOff), sees(on("source"), on("target", "running"))];
    expect((await resolved({ options: { mode: "hybrid" }, inspections, followed: crawling })).outcome).toBe(
      "arrived",
    );
  });

  test("the policy's abort has a code of its own", async () => {
    const abort = { act: "abort" as const, why: "no progress" };
    const { outcome } = await resolved({
      end: { interventions: [abort], cancelled: true, complaint: "not converging" },
      inspections: [sees(on("source", "running"), on("target"))],
    });
    expect(outcome).toEqual(code("KVM-613"));
  });

  test("where it ended during the move, each host's log of it has the name that it has there", async () => {
    const inspections = [sees(on("source", "shut off"), on("target"))] as const;
    const fixOf = async (newName?: string) =>
      (await resolved({ inspections, ...(newName && { newName }) })).outcome as { fix: string };
    expect((await fixOf()).fix).toContain("on both hosts, /var/log/libvirt/qemu/guest.log;");
    expect((await fixOf("mail")).fix).toContain(
      "/var/log/libvirt/qemu/guest.log, on the target /var/log/libvirt/qemu/mail.log;",
    );
  });

  test("a failure says what the logs of both hosts have, an arrival asks for none", async () => {
    const logs = async () => [{ host: "target", lines: ["load of migration failed: Input/output error"] }];
    const inspections = [sees(on("source", "running"), on("target"))] as const;
    const { outcome } = await resolved({ inspections, logs });
    const found = expect.stringMatching(
      /virsh: no complaint\. log of target: load of migration failed: Input\/output error$/,
    );
    expect(outcome).toEqual(expect.objectContaining({ code: "KVM-605", found }));
    const unasked = async () => Promise.reject(new Error("nobody wants them"));
    const arrived = await resolved({
      inspections: [sees(on("source"), on("target", "running"))],
      logs: unasked,
    });
    expect(arrived.outcome).toBe("arrived");
  });
});

const broken = sees(on("source", "paused", "post-copy failed"), on("target", "running", "post-copy failed"));
const complete = sees(on("source", "paused", "post-copy failed"), on("target", "running", "booted"));
const arrived = sees(on("source"), on("target", "running", "booted"));
const fetching = sees(on("source", "paused", "post-copy", outgoing), on("target", "running", "post-copy"));

describe("a post-copy", () => {
  test("is waited for after the switch, and nothing of it is aborted", async () => {
    const { outcome, commands } = await resolved({
      end: { ended: false, complaint: "KVM-404 the connection broke" },
      inspections: [fetching, fetching, arrived],
    });
    expect(outcome).toBe("arrived");
    expect(commands).toEqual(["source: follow", "source: follow"]);
  });

  test("that broke and whose target has everything is completed: the definition is kept there before the half goes", async () => {
    const { outcome, commands } = await resolved({ inspections: [complete, arrived] });
    expect(outcome).toBe("arrived");
    expect(commands).toEqual(["target: keep on target", "source: remove half"]);
  });

  test("is left as it is where the target turns out to have no more than a half", async () => {
    const { outcome, commands } = await resolved({ inspections: [complete], exitCode: 1 });
    expect(outcome).toMatchObject({ code: "KVM-614", host: "target", found: "it is running by now" });
    expect(commands).toEqual(["target: keep on target"]);
  });

  test("that broke advises nobody to destroy a half", async () => {
    const { outcome } = await resolved({ inspections: [broken] });
    expect(outcome).toMatchObject({ fix: expect.stringMatching(/^destroy neither half/) });
  });

  test("whose other half is lost is told as such, after a second look", async () => {
    const { outcome, looked } = await resolved({
      inspections: [sees(on("source"), on("target", "running", "post-copy failed"))],
    });
    expect(outcome).toMatchObject({ code: "KVM-642", host: "target" });
    expect(looked).toBe(2);
  });
});

describe("where it cannot be told", () => {
  test("a silent target is waited for, the job is aborted once, and then nothing is decided", async () => {
    const inspections = [viewOn([on("source", "shut off")], ["target"])];
    const { outcome, commands } = await resolved({ inspections, end: { ended: false, complaint: "lost" } });
    expect(outcome).toMatchObject({
      code: "KVM-609",
      found: expect.stringMatching(/target does not answer.*target: no answer\. virsh: lost$/),
      fix: expect.stringContaining("run the same command again"),
    });
    expect(commands).toEqual([`source: virsh domjobabort ${uuid}`]);
    expect((outcome as { fix: string }).fix).not.toContain("--refresh");
  });

  test("a guest that runs on the target has arrived, though the source never answers again", async () => {
    const { outcome } = await resolved({ inspections: [viewOn([on("target", "running")], ["source"])] });
    expect(outcome).toBe("arrived");
  });

  test("and a source that answers again is waited for", async () => {
    const inspections = [viewOn([on("target", "running")], ["source"]), arrived];
    const { outcome, looked } = await resolved({ inspections });
    expect([outcome, looked]).toEqual(["arrived", 2]);
  });

  test("a copy that libvirt cleans up is waited for", async () => {
    const inspections = [sees(on("source", "running"), on("target", "paused", "migrating")), arrived];
    expect((await resolved({ inspections })).outcome).toBe("arrived");
  });

  test("nothing is resumed while a host of the move is silent", async () => {
    const inspections = [viewOn([on("source", "paused", "user")], ["target"])];
    const { outcome, commands } = await resolved({ options: { mode: "paused" }, inspections });
    expect(outcome).toEqual(code("KVM-612"));
    expect(commands).toEqual([]);
  });

  test("nor a copy on the target that was being filled: its memory is not all there", async () => {
    const inspections = [sees(on("source"), on("target", "paused", "migrating"))];
    const { outcome, commands } = await resolved({ options: { mode: "paused" }, inspections });
    expect(outcome).toEqual(code("KVM-609"));
    expect(commands).toEqual([]);
  });
});

test("two copies are an alarm of their own, and somebody's move to a third host is told", async () => {
  const two = await resolved({ inspections: [sees(on("source", "running"), on("target", "running"))] });
  expect(two.outcome).toEqual(code("KVM-603"));
  const third = await resolved({ inspections: [sees(on("source"), on("target"), on("third", "running"))] });
  expect(third.outcome).toMatchObject({ code: "KVM-641", fix: expect.stringContaining("again") });
});
