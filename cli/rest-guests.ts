import type { HostConnection } from "kvmlab-provider/host/host-connection";
import type { HostPool } from "kvmlab-provider/host/host-pool";

const limitMs = 30_000;

/**
 * Stops the QEMU of every guest, and lets it go on a second later. Nobody has to remember that: a host that is saved meanwhile has the
 * rest of the second before it when it goes on, here or wherever it is restored.
 */
const pauseForASecond = `guests=
for file in /run/libvirt/qemu/*.pid; do
  # libvirtd's own lies beside them.
  case $file in */driver.pid | */\\*.pid) ;; *) guests="$guests $(cat "$file")" ;; esac
done
[ -n "$guests" ] || exit 0
(sleep 1; kill -CONT $guests) > /dev/null 2>&1 < /dev/null &
kill -STOP $guests`;

/** Gives the processors of hosts a rest from their guests, which may compute all the time. A host that does not answer is left as it is. */
export async function restGuests(pool: HostPool, hosts: readonly HostConnection[]): Promise<void> {
  const options = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
  const resting = hosts.map((host) => pool.script(host, pauseForASecond, [], options));
  await Promise.all(resting.map((answer) => answer.catch(() => undefined)));
}
