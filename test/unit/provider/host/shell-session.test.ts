import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunOptions, RunResult } from "../../../../provider/host/remote-shell";
import { host } from "./sample-views";

const source = host("source");
const options = { timeoutMs: 10_000, signal: new AbortController().signal };

/** Hosts whose shell is this machine's. */
class ShellHere extends HostPool {
  started = 0;
  override run(_host: unknown, command: string, run: RunOptions): Promise<RunResult> {
    this.started++;
    return new Promise((resolve, reject) => {
      const child = spawn("sh", ["-c", command], { stdio: ["pipe", "pipe", "ignore"] });
      child.stdin.on("error", () => {});
      if (run.stdin instanceof Readable) run.stdin.pipe(child.stdin);
      child.stdout.on("data", (data: Buffer) => run.onStdout?.(data.toString()));
      child.once("close", (code) => resolve({ stdout: "", stderr: "", exitCode: code ?? 1 }));
      run.signal?.addEventListener("abort", () => {
        child.kill("SIGKILL");
        reject(run.signal?.reason);
      });
    });
  }
}

test("one shell runs script after script, and none sees what another has set", async () => {
  const pool = new ShellHere();
  const text = "a line's end\nand 'more' $HOME";
  expect(await pool.shell(source, 'kept=1; cd /; printf %s "$1"', [text], options)).toBe(text);
  expect(await pool.shell(source, 'echo "$kept"; pwd', [], options)).toBe(`\n${process.cwd()}\n`);
  expect(await pool.shell(source, "echo before; exit 3; echo after", [], options)).toBe("before\n");
  expect(await pool.shell(source, "cat; echo read nothing", [], options)).toBe("read nothing\n");
  const both = [
    pool.shell(source, "sleep 0.05; echo one", [], options),
    pool.shell(source, "echo two", [], options),
  ];
  expect(await Promise.all(both)).toEqual(["one\n", "two\n"]);
  expect(pool.started).toBe(1);
  pool.close();
});

test("a script that does not end in time is stopped with its shell; the next one has another", async () => {
  const pool = new ShellHere();
  await expect(pool.shell(source, "exec sleep 2", [], { ...options, timeoutMs: 100 })).rejects.toMatchObject({
    facts: { code: "KVM-405", host: "source" },
  });
  expect(await pool.shell(source, "echo here", [], options)).toBe("here\n");
  expect(pool.started).toBe(2);
});
