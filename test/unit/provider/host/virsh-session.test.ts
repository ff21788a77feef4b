import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunOptions, RunResult } from "../../../../provider/host/remote-shell";
import { host } from "./sample-views";

const source = host("source");
const options = (timeoutMs = 1_000, signal = new AbortController().signal) => ({ timeoutMs, signal });

/** How a virsh answers a command; undefined: not at all. It ends when this throws. */
type Answers = (command: string) => string | undefined;

/** Hosts on which virsh is started, once for each of these, the last again and again. */
class Virshs extends HostPool {
  started = 0;
  ended = 0;
  readonly asked: string[] = [];

  constructor(
    /** With a readline virsh repeats what it reads behind its prompt. */
    readonly repeats: boolean,
    readonly lives: readonly Answers[],
  ) {
    super();
  }

  override async run(_host: unknown, _command: string, run: RunOptions): Promise<RunResult> {
    const answers = this.lives[Math.min(this.started++, this.lives.length - 1)];
    const say = async (text: string) => {
      // In pieces that end anywhere.
      for (const piece of text.match(/[\s\S]{1,5}/g) ?? []) {
        await nextTurn();
        run.onStdout?.(piece);
      }
    };
    try {
      await say(
        "Welcome to virsh, the virtualization interactive terminal.\n\nType:  'help' for help with commands\n\n",
      );
      for await (const line of createInterface({ input: run.stdin as Readable })) {
        run.signal?.throwIfAborted();
        this.asked.push(line);
        const mark = /^echo (.*)$/.exec(line)?.[1];
        const answer = mark ?? answers?.(line);
        if (answer !== undefined) await say(`virsh # ${this.repeats ? `${line}\n` : ""}${answer}`);
        else
          await new Promise((_, reject) =>
            run.signal?.addEventListener("abort", () => reject(run.signal?.reason)),
          );
      }
      return { stdout: "", stderr: "", exitCode: 0 };
    } finally {
      this.ended++;
    }
  }
}

const texts: Readonly<Record<string, string>> = {
  "list --all": " Id   Name    State\n--------------------\n 1    guest   running\n\n",
  "domstate guest": "running\n\n",
  "domstate none": "error: failed to get domain 'none'\n",
  hostname: "error: Disconnected from qemu:///system due to end of file\nerror: Reconnected\nsource\n\n",
};
const healthy: Answers = (command) => texts[command] ?? "";

describe.each([
  ["with a readline", true],
  ["without one", false],
])("a virsh %s", (_name, repeats) => {
  test("gives each command's own answer, its errors apart, and is started once", async () => {
    const pool = new Virshs(repeats, [healthy]);
    const commands = ["list --all", "domstate none", "domstate guest", "hostname", "net-list --name"];
    const answers = await pool.virsh(source, commands, options());
    expect(answers).toEqual([
      { out: texts["list --all"], err: "" },
      { out: "", err: "error: failed to get domain 'none'\n" },
      { out: "running\n\n", err: "" },
      { out: "source\n\n", err: expect.stringMatching(/Disconnected.*\nerror: Reconnected\n$/) },
      { out: "", err: "" },
    ]);
    expect(await pool.virsh(source, ["domstate guest"], options())).toEqual([
      { out: "running\n\n", err: "" },
    ]);
    expect(pool.started).toBe(1);
  });

  test("answers two who ask at once, each its own", async () => {
    const pool = new Virshs(repeats, [healthy]);
    const [one, other] = await Promise.all([
      pool.virsh(source, ["domstate guest"], options()),
      pool.virsh(source, ["domstate none"], options()),
    ]);
    expect([one?.[0]?.out, other?.[0]?.err]).toEqual(["running\n\n", "error: failed to get domain 'none'\n"]);
  });
});

describe("a virsh that is kept", () => {
  const dies: Answers = () => {
    throw new Error("killed");
  };

  test("and ended since is started again: what it was asked changes nothing", async () => {
    let answered = 0;
    const pool = new Virshs(true, [
      (command) => (answered++ === 0 ? healthy(command) : dies(command)),
      healthy,
    ]);
    await pool.virsh(source, ["domstate guest"], options());
    expect(await pool.virsh(source, ["domstate guest"], options())).toMatchObject([{ out: "running\n\n" }]);
    expect(pool.started).toBe(2);
  });

  test("and ends at its first question is not started for ever", async () => {
    const pool = new Virshs(true, [dies]);
    await expect(pool.virsh(source, ["domstate guest"], options())).rejects.toMatchObject({
      facts: { code: "KVM-610", host: "source" },
    });
    expect(pool.started).toBe(1);
  });

  test("and is silent is stopped, with everybody who waits for it; the next question has another one", async () => {
    const pool = new Virshs(true, [() => undefined, healthy]);
    const waiting = pool.virsh(source, ["domstate guest"], options(60_000));
    const silent = pool.virsh(source, ["dumpxml guest"], options(20));
    await expect(silent).rejects.toMatchObject({ facts: { code: "KVM-405" } });
    await expect(waiting).rejects.toBeInstanceOf(ProviderError);
    expect(await pool.virsh(source, ["domstate guest"], options())).toMatchObject([{ out: "running\n\n" }]);
    await nextTurn();
    expect(pool.ended).toBe(1);
  });

  test("is not ended by one who waits no longer", async () => {
    const stop = new AbortController();
    let heard = (_: string) => {};
    const hears: Answers = (command) => {
      heard(command);
      return healthy(command);
    };
    const pool = new Virshs(true, [hears]);
    heard = () => stop.abort(new Error("cancelled"));
    await expect(pool.virsh(source, ["domstate none"], options(1_000, stop.signal))).rejects.toThrow(
      "cancelled",
    );
    heard = () => {};
    expect(await pool.virsh(source, ["domstate guest"], options())).toMatchObject([{ out: "running\n\n" }]);
    expect(pool.started).toBe(1);
  });
});
