import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { libvirtSilent } from "./libvirt-silent";

/** An emulated server boots in 20 s; three at once on a loaded machine take a few times as long. */
const bootMs = 240_000;

/** Waits inside the host for its libvirt, which may still be starting: a try each second from here would cost it more. */
const libvirtAnswers = "timeout 120 virsh --connect qemu:///system --quiet version > /dev/null";

/**
 * Waits until a host that was just started answers by SSH, and where it is asked for its libvirt too.
 *
 * @throws ProviderError KVM-401 or KVM-404 it does not answer within four minutes, KVM-402, KVM-403, KVM-406 it refuses the login, KVM-610 its libvirt does
 *   not answer. When `signal` aborts, rejects with its reason
 */
export async function untilItAnswers(
  pool: Pick<HostPool, "run">,
  host: HostConnection,
  withLibvirt: boolean,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + bootMs;
  for (;;) {
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()));
    const limits = { timeoutMs: leftMs, signal: AbortSignal.any([signal, AbortSignal.timeout(leftMs)]) };
    try {
      const { exitCode, stderr } = await pool.run(host, withLibvirt ? libvirtAnswers : "true", limits);
      if (exitCode === 0) return;
      if (performance.now() > deadline) throw libvirtSilent(host.name, stderr.trim());
    } catch (error) {
      signal.throwIfAborted();
      // A key that is not the known one does not become right by waiting.
      const mayCome = error instanceof ProviderError && ["KVM-401", "KVM-404"].includes(error.facts.code);
      if (!mayCome || performance.now() > deadline) throw error;
    }
  }
}

/**
 * An environment variable of the provider's: the names of hosts that were just started, with blanks between. They are waited for; any other
 * that does not answer soon is silent.
 */
export const bootingHosts = "KVMLAB_BOOTING_HOSTS";

const booted = new Map<string, Promise<void>>();

/** Waits once for a host that was just started, again after it was in vain; at once for any other. */
export async function untilBooted(
  pool: Pick<HostPool, "run">,
  host: HostConnection,
  signal: AbortSignal,
): Promise<void> {
  if (!(process.env[bootingHosts] ?? "").split(" ").includes(host.name)) return;
  const waiting = booted.get(host.name) ?? untilItAnswers(pool, host, true, signal);
  booted.set(host.name, waiting);
  waiting.catch(() => booted.delete(host.name));
  await waiting;
}
