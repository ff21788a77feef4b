import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import { shellCommand } from "../host/shell-quote";
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
 * $1: the guest; $2: its definition; $3: a saved memory to start it from; then the block devices that it needs. The memory gets another name before it is used:
 * whatever happens then, nobody starts from it a second time, with a disk that has gone on. What does not start is not
 * left defined: it would be in the way of the next try.
 */
export const defineScript = `
${systemVirsh}
file=$(mktemp)
trap 'rm -f "$file" "$3.used"' EXIT
printf '%s' "$2" > "$file"
(shift 3
${waitForDevices})
virsh --quiet define "$file" >&2 || exit 1
if [ -n "$3" ] && mv "$3" "$3.used" 2> /dev/null && virsh --quiet restore "$3.used" --running >&2; then echo resumed; exit; fi
virsh --quiet start "$1" >&2 || { virsh --quiet undefine "$1" --managed-save --nvram >&2; exit 1; }
echo booting
`;

export interface GuestToStart {
  readonly name: string;
  readonly definition: string;
  /** Path of a saved memory on the host; undefined: none. */
  readonly memory?: string | undefined;
}

/**
 * Defines a guest and starts it, from its memory where there is one that fits.
 *
 * @returns how it was started
 * @throws ProviderError KVM-504
 */
export async function defineAndStart(
  { name, definition, memory }: GuestToStart,
  host: HostConnection,
  { pool, signal, log }: Context,
): Promise<"resumed" | "booting"> {
  log.status(`starting ${name} on ${host.name}`);
  const { exitCode, stdout, stderr } = await pool.script(
    host,
    defineScript,
    [name, definition, memory ?? "", ...devicesOf(definition)],
    {
      timeoutMs,
      signal,
    },
  );
  if (exitCode !== 0) throw doesNotStart(name, host.name, stderr);
  const resumed = stdout.trim() === "resumed";
  log.say(
    `on ${host.name}: virsh define ${name}.xml; ${resumed ? `virsh restore ${memory}` : `virsh start ${name}`}`,
  );
  if (!resumed && stderr.trim() !== "")
    log.say(`it boots, because its memory could not be used: ${stderr.trim()}`);
  return resumed ? "resumed" : "booting";
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
  log.say(`on ${host.name}: virsh start ${name}`);
  const result = await pool.script(host, startScript, [uuid, ...devicesOf(definition)], {
    timeoutMs,
    signal,
  });
  if (result.exitCode !== 0) throw doesNotStart(name, host.name, result.stderr);
}

/** Boots a guest that was started from its memory and does not answer. Its disk is as it was at the save, or a power cut later. */
export async function bootAfterAll(
  guest: DefinedGuest,
  host: HostConnection,
  context: Context,
): Promise<void> {
  context.log.say(`${guest.name} was started from its memory and does not answer: it is booted instead`);
  const command = `${systemVirsh}; ${shellCommand(["virsh", "destroy", guest.uuid])}`;
  await context.pool.run(host, command, { timeoutMs, signal: context.signal });
  await startAgain(guest, host, context);
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
    fix: `on ${host}: tail /var/log/libvirt/qemu/${guest}.log; df -h /var/lib/libvirt/images; free -m`,
  });
}
