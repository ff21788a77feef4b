import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endsWithUs } from "../../toolchain/programs/ends-with-us";
import { takesConnections } from "./find-hypervisor";
import { endProcess, type ProcessIdentity, readIdentity } from "./first-process";
import { systemPath } from "./hypervisor-exec";
import { capabilitiesCache, type HypervisorFolders, libvirtUri } from "./hypervisor-folders";
import { libvirtdAnswers } from "./libvirtd-answer";
import type { LoopbackListeners } from "./loopback-listeners";
import { startFailure } from "./start-failure";

const startLimitMs = 20_000;
const pollMs = 10;

/** Whether a hypervisor goes on when the process that started it has ended, until it is stopped, or ends with that process. */
export type Life = "until stopped" | "as long as we";

/**
 * Starts the first process in namespaces of its own, apart from this process's session, and waits until libvirtd
 * inside answers. On failure nothing of it is left running.
 *
 * @throws LabError KVM-310 when the system refuses namespaces, KVM-314 when libvirtd does not come up.
 */
export async function launch(
  folders: HypervisorFolders,
  listeners: LoopbackListeners,
  life: Life,
): Promise<ProcessIdentity> {
  const ended = await spawnInNamespaces(folders, listeners.descriptors, life);
  try {
    return await waitUntilReady(folders, ended);
  } catch (trouble) {
    const identity = await readIdentity(folders.firstProcess);
    if (identity !== undefined) await endProcess(identity);
    throw trouble;
  }
}

/** How the first process ended; undefined while it runs. */
interface Ended {
  readonly reason: string | undefined;
}

async function spawnInNamespaces(
  folders: HypervisorFolders,
  sockets: readonly number[],
  life: Life,
): Promise<Ended> {
  const unshare = life === "as long as we" ? [...endsWithUs, "unshare"] : ["unshare"];
  const namespaces = ["--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child"];
  const init = ["bash", join(__dirname, "namespace-init.sh"), folders.root, capabilitiesCache()];
  const log = await open(folders.daemonLog, "w", 0o600);
  const [program = "", ...words] = [
    ...unshare,
    ...namespaces,
    "--",
    ...init,
    ...forwarderCommand(folders, sockets.length),
  ];
  const child = spawn(program, words, {
    // A session of its own: it outlives this program's terminal.
    detached: true,
    cwd: "/",
    env: { PATH: systemPath, LC_ALL: "C" },
    stdio: ["ignore", log.fd, log.fd, ...sockets],
  });
  child.unref();
  const ended = whenEnded(child);
  await log.close();
  return ended;
}

function forwarderCommand({ routes }: HypervisorFolders, sockets: number): string[] {
  const run = join(__dirname, "../../toolchain/programs/run.cjs");
  return [process.execPath, run, join(__dirname, "ssh-forwarder.ts"), routes, String(sockets)];
}

function whenEnded(child: ChildProcess): Ended {
  const ended: { reason: string | undefined } = { reason: undefined };
  child.once("error", (error) => {
    ended.reason = error.message;
  });
  child.once("exit", (code, signal) => {
    ended.reason = signal === null ? `ended with exit code ${code}` : `ended by ${signal}`;
  });
  return ended;
}

async function waitUntilReady(folders: HypervisorFolders, ended: Ended): Promise<ProcessIdentity> {
  const deadline = performance.now() + startLimitMs;
  const fail = async (reason: string) =>
    startFailure(reason, await readFile(folders.daemonLog, "utf8").catch(() => ""));
  while (!(await takesConnections(folders.socket))) {
    if (ended.reason !== undefined) throw await fail(ended.reason);
    if (performance.now() > deadline) throw await fail(`no socket after ${startLimitMs / 1000} s`);
    await sleep(pollMs);
  }
  const answer = await libvirtdAnswers(libvirtUri(folders.socket));
  const identity = await readIdentity(folders.firstProcess);
  if (!answer.ok || identity === undefined) throw await fail(answer.text.trim());
  return identity;
}
