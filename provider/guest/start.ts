import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import { asWord } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import { parseGuestDefinition } from "../preflight/facts/guest-definition";
import type { Operation } from "../resources/resource";

type Context = Pick<Operation, "pool" | "signal" | "log">;

const timeoutMs = 120_000;

/** Its arguments: block devices. A host that has just booted may be a moment behind with logging in to its storage. */
const waitForDevices = `
for device; do
  tries=0
  until [ -b "$device" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 90 ] || break
    sleep 1
  done
done
`;

/**
 * $1: the guest's UUID; $2: its definition; then the block devices that it needs. What does not start is not left defined: it would be in the way of the next try.
 */
export const defineScript = `
${systemVirsh}
file=$(mktemp)
trap 'rm -f "$file"' EXIT
printf '%s' "$2" > "$file"
(shift 2
${waitForDevices})
virsh --quiet define "$file" >&2 || exit 1
virsh --quiet start "$1" >&2 || { virsh --quiet undefine "$1" --managed-save --nvram >&2; exit 1; }
`;

/**
 * Defines a guest and starts it.
 *
 * @throws ProviderError KVM-504
 */
export async function defineAndStart(
  { name, uuid, definition }: DefinedGuest,
  host: HostConnection,
  { pool, signal, log }: Context,
): Promise<void> {
  log.status(`starting ${name} on ${host.name}`);
  const result = await pool.script(host, defineScript, [uuid, definition, ...devicesOf(definition)], {
    timeoutMs,
    signal,
  });
  if (result.exitCode !== 0) throw doesNotStart(name, host.name, result.stderr);
  log.say(`on ${host.name}: virsh define ${asWord(name)}.xml; virsh start ${asWord(name)}`);
}

/** $1: the guest's UUID; then the block devices that it needs. One that was kept after a crash has to go before it can start. */
export const startScript = `
${systemVirsh}
case $(virsh domstate "$1") in crashed*) virsh --quiet destroy "$1" >&2 ;; esac
(shift
${waitForDevices})
virsh --quiet start "$1" >&2
`;

export interface DefinedGuest {
  readonly name: string;
  readonly uuid: string;
  /** libvirt's domain XML of it. */
  readonly definition: string;
}

/**
 * Starts a guest that is defined.
 *
 * @throws ProviderError KVM-504
 */
export async function startAgain(
  { name, uuid, definition }: DefinedGuest,
  host: HostConnection,
  { pool, signal, log }: Context,
): Promise<void> {
  log.status(`starting ${name} again on ${host.name}`);
  log.say(`on ${host.name}: virsh start ${asWord(name)}`);
  const result = await pool.script(host, startScript, [uuid, ...devicesOf(definition)], {
    timeoutMs,
    signal,
  });
  if (result.exitCode !== 0) throw doesNotStart(name, host.name, result.stderr);
}

function devicesOf(definition: string): string[] {
  const disks = parseGuestDefinition(definition)?.disks ?? [];
  return disks.filter(({ kind }) => kind === "block").map(({ path }) => path);
}

function doesNotStart(guest: string, host: string, stderr: string): ProviderError {
  return new ProviderError({
    code: "KVM-504",
    host,
    expected: `${guest} to start`,
    found: stderr.trim().replaceAll(/\n+/g, "; ") || "no output from virsh",
    fix: `on ${host}: tail ${asWord(`/var/log/libvirt/qemu/${guest}.log`)}; df -h /var/lib/libvirt/images; free -m`,
  });
}
