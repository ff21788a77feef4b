import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { connect } from "node:net";
import { Readable } from "node:stream";
import type { Client } from "ssh2";
import type { HostConnection } from "../../../../provider/host/host-connection";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunOptions, RunResult } from "../../../../provider/host/remote-shell";

/** Runs here what is to be run on a host, and connects from here. */
export class RunsHere extends HostPool {
  /** What stands before each command. */
  prefix = "";
  override async connect(): Promise<Client> {
    return new EventEmitter() as Client;
  }
  override async openTcp(_host: HostConnection, address: string, port: number) {
    return connect(port, address);
  }
  override run(_host: HostConnection, command: string, options: RunOptions): Promise<RunResult> {
    return new Promise((resolve) => {
      const child = spawn("sh", ["-c", this.prefix + command]);
      child.stdin.on("error", () => {});
      if (options.stdin instanceof Readable) options.stdin.pipe(child.stdin);
      let stderr = "";
      child.stdout.on("data", (data: Buffer) => options.onStdout?.(data.toString()));
      child.stderr.on("data", (data: Buffer) => {
        stderr += data.toString();
      });
      child.once("close", (code) => resolve({ stdout: "", stderr, exitCode: code ?? 1 }));
    });
  }
}
