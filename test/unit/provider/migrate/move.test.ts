import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunOptions, RunResult } from "../../../../provider/host/remote-shell";
import { move } from "../../../../provider/migrate/move";
import { type MigrationOptionsInput, migrationOptions } from "../../../../provider/migrate/options";

const host = (name: string) => ({
  name,
  address: "127.0.0.1",
  port: 22,
  user: "root",
  privateKey: "k",
  hostKey: "h",
});

const answer = (seconds: number) => `virsh # domjobinfo guest
Job type:         Unbounded   
Operation:        Outgoing migration
Time elapsed:     ${seconds * 1000}         ms
Data processed:   48.000 MiB
Data remaining:   64.000 MiB
Data total:       128.000 MiB

`;

/** A source on which the move goes on, and copies nothing, until somebody aborts it or lets it end. */
class Standing extends HostPool {
  readonly commands: string[] = [];
  constructor(
    readonly refusing: string,
    readonly ending: string,
  ) {
    super();
  }

  override async run(_host: unknown, command: string, options: RunOptions): Promise<RunResult> {
    const result = (exitCode: number) => ({ stdout: "", stderr: "", exitCode });
    if (!command.includes("virsh migrate ")) {
      this.commands.push(command.split("; ").at(-1) ?? "");
      return result(command.includes(this.refusing) ? 1 : 0);
    }
    options.onStderr?.("\rMigration: [ 50 %]");
    for (let seconds = 2; !this.commands.some((asked) => asked.includes(this.ending)); seconds += 2) {
      options.onStdout?.(answer(seconds));
      await sleep(1);
    }
    const aborted = this.commands.some((asked) => asked.includes("domjobabort"));
    options.onStderr?.(aborted ? "\nerror: operation aborted: job canceled by client\n" : "\n");
    return result(aborted ? 1 : 0);
  }
}

async function moved(options: MigrationOptionsInput, ending: string, refusing = "nothing") {
  const pool = new Standing(refusing, ending);
  const [shown, said]: [string[], string[]] = [[], []];
  const end = await move(
    {
      guest: "guest",
      names: { from: "guest", to: "guest" },
      from: host("source"),
      to: host("target"),
      timeoutMs: 60_000,
      options: migrationOptions.parse(options),
      before: "running",
    },
    {
      pool,
      signal: new AbortController().signal,
      status: (line) => shown.push(line),
      say: (line) => said.push(line),
    },
  );
  return { end, shown, said, commands: [...new Set(pool.commands)] };
}

describe("a move that makes no progress", () => {
  const soon = { noProgressSeconds: 10 };

  test("is aborted by the job, and says why", async () => {
    const { end, shown, commands } = await moved({ convergence: soon }, "domjobabort");
    expect(commands).toEqual(["virsh domjobabort guest"]);
    expect(end.calledOff).toBe(true);
    expect(end.complaint).toContain("not converging: no progress for 10 s");
    expect(end.complaint).toContain("job canceled by client");
    expect(end.interventions.map(({ act }) => act)).toEqual(["abort"]);
    expect(shown[0]).toBe("migrating guest to target: 50%");
    expect(shown).toContain("migrating guest to target: 50%, 64 of 128 MiB left");
  });

  test.each([
    [{ mode: "hybrid" as const, convergence: soon }, "virsh migrate-postcopy guest"],
    [{ convergence: { ...soon, action: "pause" as const } }, "virsh suspend guest"],
    [{ convergence: { ...soon, action: "force" as const } }, "virsh migrate-setmaxdowntime guest 600"],
  ])("is helped: %j", async (options, command) => {
    const { end, said, commands } = await moved(options, command);
    expect(commands).toEqual([command]);
    expect(end).toMatchObject({ complaint: undefined, calledOff: false, ended: true });
    expect(said[0]).toBe(`on source, no progress for 10 s (noProgressSeconds: 10): ${command}`);
  });

  test("is aborted when the help is refused", async () => {
    const options = { mode: "hybrid" as const, convergence: soon };
    const { end, commands } = await moved(options, "domjobabort", "migrate-postcopy");
    expect(commands).toEqual(["virsh migrate-postcopy guest", "virsh domjobabort guest"]);
    expect(end.complaint).toContain("3 times refused: virsh migrate-postcopy guest");
  });
});
