import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import type { AskOptions } from "../../../../provider/host/conversation";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunOptions, RunResult } from "../../../../provider/host/remote-shell";
import type { VirshAnswer } from "../../../../provider/host/virsh-session";
import type { MigrationEvent } from "../../../../provider/migrate/events-file";
import { type MigrationOptionsInput, migrationOptions } from "../../../../provider/migrate/options";
import { type Move, runMigration } from "../../../../provider/migrate/run-migration";
import { quickClock } from "../host/quick-clock";
import { host, uuid } from "../host/sample-views";

const answer = (seconds: number) => `Job type:         Unbounded   
Operation:        Outgoing migration
Time elapsed:     ${seconds * 1000}         ms
Data processed:   48.000 MiB
Data remaining:   64.000 MiB
Data total:       128.000 MiB

`;
const over = "Job type:         None        \n\n";
const lost = () =>
  new ProviderError({ code: "KVM-404", expected: "a connection", found: "it broke", fix: "try again" });

/** What becomes of the virsh that carries or watches the move. */
interface Script {
  /** How the virsh that was typed ends by itself: killed, or with the connection. Default: with the job. */
  readonly virsh?: "killed" | "lost";
  /** How often nobody can be reached to follow the job. */
  readonly unreachable?: number;
  /** Whether the guest goes over to the target at its second sample. */
  readonly switches?: boolean;
  /** Commands whose virsh refuses. */
  readonly refusing?: string;
  /** The job ends when this was asked for; or after so many samples. */
  readonly until: string | number;
  /** What happens at a sample of this number. */
  readonly at?: readonly [number, () => void];
}

/** A source on which a job goes on, and copies nothing, until it ends. */
class Source extends HostPool {
  /** What was typed, followed and asked, in this order. */
  readonly commands: string[] = [];
  #samples = 0;
  #unreachable: number;
  /** Whether the virsh that was typed is still there. */
  #typed = false;
  constructor(readonly script_: Script) {
    super();
    this.#unreachable = script_.unreachable ?? 0;
  }

  /** Nobody uses the connection itself. */
  override async connect(): Promise<never> {
    return undefined as never;
  }

  override async run(_host: unknown, command: string, options: RunOptions): Promise<RunResult> {
    const { virsh, refusing = "nothing" } = this.script_;
    if (command.includes("virsh migrate ")) {
      this.commands.push("virsh migrate");
      options.onStderr?.("\rMigration: [ 50 %]");
      if (virsh === "killed") return { stdout: "", stderr: "", exitCode: 137 };
      if (virsh === "lost") throw lost();
      this.#typed = true;
      while (!this.#over) {
        options.signal?.throwIfAborted();
        await nextTurn();
      }
      this.#typed = false;
      const aborted = this.asked("domjobabort");
      options.onStderr?.(aborted ? "\nerror: operation aborted: job canceled by client\n" : "\n");
      return { stdout: "", stderr: "", exitCode: aborted ? 1 : 0 };
    }
    this.commands.push(command.split("; ").at(-1) ?? "");
    return { stdout: "", stderr: "", exitCode: command.includes(refusing) ? 1 : 0 };
  }

  asked(words: string): boolean {
    return this.commands.some((command) => command.includes(words));
  }

  get #over(): boolean {
    const { until } = this.script_;
    return typeof until === "number" ? this.#samples >= until : this.asked(until);
  }

  /** What the job says of itself: whoever is not told by a virsh that carries it follows it so. */
  override async virsh(_host: unknown, _commands: unknown, { signal }: AskOptions): Promise<VirshAnswer[]> {
    const { switches, at } = this.script_;
    if (!this.#typed && this.commands.at(-1) !== "follow") this.commands.push("follow");
    if (!this.#typed && this.#unreachable-- > 0) {
      this.commands.push("");
      throw lost();
    }
    await nextTurn();
    signal.throwIfAborted();
    if (this.#over) return [over, ""].map((out) => ({ out, err: "" }));
    this.#samples++;
    if (at?.[0] === this.#samples) at[1]();
    const state = switches && this.#samples >= 2 ? "paused (post-copy)\n\n" : "running (booted)\n\n";
    return [answer(2 * this.#samples), state].map((out) => ({ out, err: "" }));
  }
}

interface Run extends Partial<Pick<Move, "kind">> {
  readonly options?: MigrationOptionsInput;
  readonly script: Script;
  readonly signal?: AbortSignal;
}

async function run({ options = {}, script, signal = new AbortController().signal, kind }: Run) {
  const pool = new Source(script);
  const [shown, said]: [string[], string[]] = [[], []];
  const events: MigrationEvent[] = [];
  const end = await runMigration(
    {
      guest: "guest",
      uuid,
      names: { from: "guest", to: "guest" },
      from: host("source"),
      to: host("target"),
      timeoutMs: 600_000,
      options: migrationOptions.parse(options),
      before: "running",
      ...(kind && { kind }),
    },
    {
      pool,
      clock: quickClock(),
      signal,
      status: (line) => shown.push(line),
      say: (line) => said.push(line),
      onEvent: (event) => events.push(event),
    },
  );
  // What is asked again and again is told once.
  const commands = pool.commands.filter((command, index, all) => command !== all[index - 1]);
  const all = pool.commands.filter((command) => command !== "");
  return { end, shown, said, events, commands, all };
}

describe("a move that makes no progress", () => {
  const soon = { noProgressSeconds: 10 };

  test("is aborted by the job, and says why", async () => {
    const { end, shown, commands } = await run({
      options: { convergence: soon },
      script: { until: "domjobabort" },
    });
    expect(commands.slice(0, 2)).toEqual(["virsh migrate", `virsh domjobabort ${uuid}`]);
    expect(commands).toContain("follow");
    expect(end.cancelled).toBe(true);
    expect(end.complaint).toContain("not converging: no progress for 10 s");
    expect(end.complaint).toContain("job canceled by client");
    expect(end.interventions.map(({ act }) => act)).toEqual(["abort"]);
    expect(shown[0]).toBe("migrating guest to target: 50%");
    expect(shown).toContain("migrating guest to target: 50%, 64 of 128 MiB left");
  });

  test.each([
    [{ mode: "hybrid" as const, convergence: soon }, `virsh migrate-postcopy ${uuid}`],
    [{ convergence: { ...soon, action: "pause" as const } }, `virsh suspend ${uuid}`],
    [{ convergence: { ...soon, action: "force" as const } }, `virsh migrate-setmaxdowntime ${uuid} 600`],
  ])("is helped: %j", async (options, command) => {
    const { end, said, commands } = await run({ options, script: { until: command } });
    expect(commands).toEqual(["virsh migrate", command]);
    expect(end).toMatchObject({ complaint: undefined, cancelled: false, ended: true });
    expect(said[0]).toBe(`on source, no progress for 10 s (noProgressSeconds: 10): ${command}`);
  });

  test("is aborted when the help is refused", async () => {
    const { end, commands } = await run({
      options: { mode: "hybrid", convergence: soon },
      script: { until: "domjobabort", refusing: "migrate-postcopy" },
    });
    expect(commands.slice(0, 3)).toEqual([
      "virsh migrate",
      `virsh migrate-postcopy ${uuid}`,
      `virsh domjobabort ${uuid}`,
    ]);
    expect(end.complaint).toContain(`3 times refused: virsh migrate-postcopy ${uuid}`);
  });
});

describe("a move that libvirtd carries outlives its watch", () => {
  test("a virsh that was killed ends no move: the job is followed to its end, and nothing is aborted", async () => {
    const { end, all, shown } = await run({ script: { virsh: "killed", until: 3 } });
    expect(all).toEqual(["virsh migrate", "follow"]);
    expect(end).toMatchObject({ ended: true, cancelled: false, complaint: "virsh ended with 137" });
    expect(shown).toContain("migrating guest to target: 50%, 64 of 128 MiB left");
  });

  test("nor does a connection that broke; the way to the source is tried again", async () => {
    const { end, all } = await run({ script: { virsh: "lost", unreachable: 1, until: 1 } });
    expect(all).toEqual(["virsh migrate", "follow", "follow"]);
    expect(end).toMatchObject({ ended: true, cancelled: false, complaint: "KVM-404 it broke" });
  });

  test("where nobody can be reached any more, the job may go on: that is said, not decided", async () => {
    const { end } = await run({ script: { virsh: "lost", unreachable: 99, until: 1 } });
    expect(end).toMatchObject({ ended: false, cancelled: false, complaint: "KVM-404 it broke" });
  });

  test("a job that somebody else began is attached to: nothing is typed for it", async () => {
    const { end, all, events } = await run({ kind: "attach", script: { until: 3 } });
    expect(all).toEqual(["follow"]);
    expect(end).toEqual({ complaint: undefined, cancelled: false, ended: true, interventions: [] });
    expect(events[0]).toMatchObject({ phase: "start", attached: true });
    expect(events.at(-1)).toMatchObject({ phase: "end" });
  });

  test("a job that is attached to is under the same policy", async () => {
    const { end, commands } = await run({
      kind: "attach",
      options: { mode: "hybrid", convergence: { noProgressSeconds: 10 } },
      script: { until: "migrate-postcopy" },
    });
    expect(commands).toEqual(["follow", `virsh migrate-postcopy ${uuid}`, "follow"]);
    expect(end.interventions.map(({ act }) => act)).toEqual(["postCopy"]);
  });

  test("a client that carries the move itself leaves nothing to follow", async () => {
    const { end, all } = await run({
      options: { transport: "client" },
      script: { virsh: "killed", until: 3 },
    });
    expect(all).toEqual(["virsh migrate"]);
    expect(end).toMatchObject({ ended: true, complaint: "virsh ended with 137" });
  });
});

/** Ctrl-C at a sample of this number. */
function cancelling(sample: number) {
  const controller = new AbortController();
  const at = [sample, () => controller.abort(new Error("cancelled"))] as const;
  return { at, signal: controller.signal };
}

describe("Ctrl-C", () => {
  test.each(["peer-to-peer", "client"] as const)(
    "before the switch aborts the job (%s)",
    async (transport) => {
      const { at, signal } = cancelling(3);
      const { end, all, events } = await run({
        signal,
        options: { transport },
        script: { until: "domjobabort", at },
      });
      expect(all).toContain(`virsh domjobabort ${uuid}`);
      expect(end.cancelled).toBe(true);
      expect(end.complaint).toMatch(/^cancelled; error: operation aborted/);
      expect(events).toContainEqual(expect.objectContaining({ phase: "aborting", reason: "cancelled" }));
    },
  );

  test("of who is attached aborts the job too", async () => {
    const { at, signal } = cancelling(3);
    const { end, all } = await run({ kind: "attach", signal, script: { until: "domjobabort", at } });
    expect(all.slice(0, 2)).toEqual(["follow", `virsh domjobabort ${uuid}`]);
    expect(end).toMatchObject({ cancelled: true, ended: true });
  });

  test.each([
    ["peer-to-peer", undefined],
    ["peer-to-peer", "killed"],
    ["client", undefined],
  ] as const)(
    "after the switch aborts nothing: it is said, and the end is waited for (%s, virsh %s)",
    async (transport, virsh) => {
      const { at, signal } = cancelling(4);
      const { end, all, said } = await run({
        signal,
        options: { mode: "hybrid", transport },
        script: { switches: true, until: 200, at, ...(virsh && { virsh }) },
      });
      expect(all.filter((command) => command.includes("domjobabort"))).toEqual([]);
      expect(said).toEqual([
        `guest runs on target already, and fetches the rest of its memory: the move cannot be aborted any more; ${transport === "client" ? "this program carries it and must not be killed" : "the hosts finish it"}; waiting`,
      ]);
      expect(end).toMatchObject({ cancelled: true, ended: true });
    },
  );

  test("a virsh that carries no move and does not end is given up", async () => {
    const { at, signal } = cancelling(3);
    const { end } = await run({ signal, script: { until: Number.POSITIVE_INFINITY, at } });
    expect(end).toMatchObject({ cancelled: true, ended: false });
    expect(end.complaint).toContain("virsh did not end");
  });

  test("one that may carry a post-copy never is, before the switch either", async () => {
    const { at, signal } = cancelling(3);
    const { end, all } = await run({
      signal,
      options: { mode: "hybrid", transport: "client" },
      script: { until: 2_000, at },
    });
    // It was aborted for far longer than what is given up after 20 s.
    expect(all.filter((command) => command.includes("domjobabort")).length).toBeGreaterThan(20);
    expect(end.complaint).not.toContain("virsh did not end");
    expect(end.ended).toBe(true);
  });
});

test("a move that takes too long is aborted, and says so", async () => {
  const { at, signal } = cancelling(0);
  const clock = quickClock();
  const pool = new Source({ until: "domjobabort", at });
  const running = runMigration(
    {
      guest: "guest",
      uuid,
      names: { from: "guest", to: "guest" },
      from: host("source"),
      to: host("target"),
      timeoutMs: 60_000,
      options: migrationOptions.parse({ convergence: { noProgressSeconds: 86_400 } }),
      before: "running",
    },
    { pool, clock, signal, status: () => {}, say: () => {} },
  );
  await clock.sleep(61_000);
  expect((await running).complaint).toMatch(/^not done within 60 s \(timeoutSeconds\), and aborted; /);
});
