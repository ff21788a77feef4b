import type { HostConnection } from "kvmlab-provider/host/host-connection";
import type { HostPool } from "kvmlab-provider/host/host-pool";

const limitMs = 90_000;

/**
 * Asks the hypervisor for the time, to a millisecond, as at a boot; other images than the lab's own are told this machine's.
 * $1: this machine's time, in seconds since 1970.
 */
const setClock = `if [ -x /usr/local/lib/lab/clock ]; then
  for word in $(cat /proc/cmdline); do case $word in lab.gateway=*) gateway=\${word#*=};; esac; done
  /usr/local/lib/lab/clock "\${gateway:-}" || date -s "@$1" > /dev/null
else
  date -s "@$1" > /dev/null
fi`;

/** Sets the clocks of servers that stood still; by that it also waits until they answer. */
export async function setClocks(pool: HostPool, hosts: readonly HostConnection[]): Promise<void> {
  const options = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
  await Promise.all(
    hosts.map(async (host) => {
      const { exitCode, stderr } = await pool.script(host, setClock, [String(Date.now() / 1000)], options);
      if (exitCode !== 0) throw new Error(`${host.name}: its clock cannot be set: ${stderr.trim()}`);
    }),
  );
}
