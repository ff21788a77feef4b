import type { HostConnection } from "../provider/host/host-connection";
import type { HostPool } from "../provider/host/host-pool";

const limitMs = 30_000;

/**
 * Stops the QEMU of every guest, and lets it go on two seconds later. Nobody has to remember that: a host that is saved meanwhile has
 * the rest of the two seconds before it when it goes on, here or wherever it is restored.
 */
const pauseForTwoSeconds = `guests=$(cat /run/libvirt/qemu/*.pid 2> /dev/null) || exit 0
(sleep 2; kill -CONT $guests) > /dev/null 2>&1 < /dev/null &
kill -STOP $guests`;

/** Gives the processors of hosts a rest from guests that compute all the time. A host that does not answer is left as it is. */
export async function restGuests(pool: HostPool, hosts: readonly HostConnection[]): Promise<void> {
  const options = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
  const resting = hosts.map((host) => pool.script(host, pauseForTwoSeconds, [], options));
  await Promise.all(resting.map((answer) => answer.catch(() => undefined)));
}
