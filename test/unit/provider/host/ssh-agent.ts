import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A real ssh-agent of this test alone, its socket in the test's folder. */
export interface SshAgent {
  readonly socket: string;
  /** Gives it a key file; with the certificate next to it, where there is one. */
  add(keyFile: string): void;
  stop(): void;
}

export async function startSshAgent(folder: string): Promise<SshAgent> {
  const socket = join(folder, "agent.socket");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  for (let tries = 0; tries < 200 && !existsSync(socket); tries++) await sleep(50);
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  return {
    socket,
    add: (keyFile) => void execFileSync("ssh-add", ["-q", keyFile], { env, stdio: "pipe" }),
    stop: () => void agent.kill("SIGKILL"),
  };
}
