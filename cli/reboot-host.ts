import { setTimeout as sleep } from "node:timers/promises";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { untilItAnswers } from "kvmlab-provider/host/until-it-answers";
import { LabError } from "../errors/lab-error";
import type { Progress } from "../toolchain/progress";
import { labStatus, type ServerStatus } from "./status";

/** An emulated host boots in 20 to 60 s; one of iron may look at its memory for minutes. */
const bootLimitMs = 15 * 60_000;
const tryMs = 10_000;
const pollMs = 1_000;
/** Its share is mounted a little after sshd answers. */
const wholeLimitMs = 120_000;

/**
 * Has a host boot, and waits until its libvirt answers after another boot than before.
 *
 * @throws LabError KVM-922 when it does not come back
 */
export async function rebootHost(
  host: HostConnection,
  pool: HostPool,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const before = await bootOf(pool, host, signal);
  // The connection may go before the answer comes.
  const limits = { timeoutMs: tryMs, signal: AbortSignal.any([signal, AbortSignal.timeout(tryMs)]) };
  await pool.run(host, "systemctl reboot", limits).catch(() => undefined);
  progress("waiting until it answers after its boot");
  const deadline = performance.now() + bootLimitMs;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    // A pool of its own each time: a connection to a host that went without a word would be asked in vain.
    const own = new HostPool();
    try {
      const now = await bootOf(own, host, signal).catch(() => before);
      if (now !== before) return await untilItAnswers(own, host, true, signal);
    } finally {
      own.close();
    }
    await sleep(pollMs);
  }
  throw notWhole(host.name, `no other boot than before in ${bootLimitMs / 60_000} minutes`);
}

/**
 * Waits until a host answers and has the lab's storage.
 *
 * @throws LabError KVM-922
 */
export async function untilWhole(
  lab: string,
  host: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + wholeLimitMs;
  for (;;) {
    signal.throwIfAborted();
    const server = (await labStatus(lab)).servers.find(({ name }) => name === host);
    const missing = missingOf(server);
    if (missing === undefined) return;
    if (performance.now() > deadline) throw notWhole(host, missing);
    progress(missing);
    await sleep(pollMs);
  }
}

function missingOf(server: ServerStatus | undefined): string | undefined {
  if (server?.answers !== true) return server?.trouble ?? "it does not answer";
  return server.share === "" ? "it does not have the lab's storage" : undefined;
}

async function bootOf(pool: HostPool, host: HostConnection, signal: AbortSignal): Promise<string> {
  const limits = { timeoutMs: tryMs, signal: AbortSignal.any([signal, AbortSignal.timeout(tryMs)]) };
  return (await pool.run(host, "cat /proc/sys/kernel/random/boot_id", limits)).stdout.trim();
}

function notWhole(host: string, found: string): LabError {
  return new LabError({
    code: "KVM-922",
    host,
    expected: "the host to be whole again after its maintenance: SSH, libvirt, the lab's storage",
    found,
    fix: "./lab up brings a server of the lab back; then run the same ./lab maintain again: guests that left it come home",
  });
}
