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

/** QEMU may take a while to let go of a share that does not answer. */
const timeoutMs = 120_000;

/** $1: the guest's UUID. Each step may have nothing to do; what is left in the end decides. */
const script = `
${systemVirsh}
virsh "destroy '$1'; undefine '$1' --managed-save --snapshots-metadata --checkpoints-metadata --nvram; echo =left; list --all --uuid"
`;

/**
 * Destroys and undefines a guest on one host, by its UUID: somebody else's guest of the same name stays.
 *
 * @throws LabError KVM-505 it is still there afterwards
 */
export async function remove(
  guest: { readonly name: string; readonly uuid: string },
  host: HostConnection,
  { pool, signal, log }: Context,
): Promise<void> {
  const { name, uuid } = guest;
  log.say(`on ${host.name}: virsh destroy ${name}; virsh undefine ${name}`);
  const result = await pool.script(host, script, [uuid], { timeoutMs, signal });
  if (isGone(uuid, result.stdout)) return;
  throw new LabError({
    code: "KVM-505",
    host: host.name,
    expected: `${name} to be destroyed and undefined`,
    found: result.stderr.trim().replaceAll(/\n+/g, "; ") || `it is still there (UUID ${uuid})`,
    mend: `on ${host.name}: virsh destroy ${name}; virsh undefine ${name}`,
  });
}

/** Whether the list at the end was given, and is without the guest. */
export function isGone(uuid: string, output: string): boolean {
  const [, left] = output.split(/^=left$/m);
  return left !== undefined && !left.split("\n").some((line) => line.trim() === uuid);
}
