import { LabError } from "../../errors/lab-error";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { systemVirsh } from "../host/virsh-environment";
import type { ResourceLog } from "../protocol/engine-log";

interface Context {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
  readonly log: ResourceLog;
}

const timeoutMs = 120_000;

/** $1: the guest; $2: its definition. What does not start is not left defined: it would be in the way of the next try. */
const defineScript = `
${systemVirsh}
file=$(mktemp)
trap 'rm -f "$file"' EXIT
printf '%s' "$2" > "$file"
virsh --quiet define "$file" >&2 || exit 1
virsh --quiet start "$1" >&2 || { virsh --quiet undefine "$1" --managed-save --nvram >&2; exit 1; }
`;

/**
 * Defines a guest and starts it.
 *
 * @throws LabError KVM-504
 */
export async function defineAndStart(
  guest: string,
  definition: string,
  host: HostConnection,
  { pool, signal, log }: Context,
): Promise<void> {
  log.status(`starting ${guest} on ${host.name}`);
  log.say(`on ${host.name}: virsh define ${guest}.xml; virsh start ${guest}`);
  const result = await pool.script(host, defineScript, [guest, definition], { timeoutMs, signal });
  if (result.exitCode !== 0) throw doesNotStart(guest, host.name, result.stderr);
}

/** $1: the guest. One that was kept after a crash has to go before it can start. */
const startScript = `
${systemVirsh}
case $(virsh domstate "$1") in crashed*) virsh --quiet destroy "$1" >&2 ;; esac
virsh --quiet start "$1" >&2
`;

/**
 * Starts a guest that is defined.
 *
 * @throws LabError KVM-504
 */
export async function startAgain(
  guest: string,
  host: HostConnection,
  { pool, signal, log }: Context,
): Promise<void> {
  log.status(`starting ${guest} again on ${host.name}`);
  log.say(`on ${host.name}: virsh start ${guest}`);
  const result = await pool.script(host, startScript, [guest], { timeoutMs, signal });
  if (result.exitCode !== 0) throw doesNotStart(guest, host.name, result.stderr);
}

function doesNotStart(guest: string, host: string, stderr: string): LabError {
  return new LabError({
    code: "KVM-504",
    host,
    expected: `${guest} to start`,
    found: stderr.trim().replaceAll(/\n+/g, "; ") || "no word from virsh",
    mend: `on ${host}: tail /var/log/libvirt/qemu/${guest}.log; df -h /var/lib/libvirt/images; free -m`,
  });
}
