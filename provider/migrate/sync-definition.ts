import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";

/** $1: a folder. coreutils' sync takes one since 8.24; an older one syncs everything. */
const script = 'sync "$1" 2> /dev/null || sync';
const syncMs = 30_000;

const definitions = "/etc/libvirt/qemu";

/**
 * Has the target's disk take the name of the definition that libvirt has just written. libvirt syncs the file and then gives it its name, which a
 * file system keeps in memory for seconds: a target that loses power by then has no definition, and the source has none any more. Best effort: the
 * guest runs, whatever becomes of it.
 */
export async function syncDefinition(host: HostConnection, pool: Pick<HostPool, "shell">): Promise<void> {
  await sync(host, definitions, pool);
}

/** The same for the links of guests that start with their host: one that comes back with a host would start a second copy. */
export async function syncAutostart(host: HostConnection, pool: Pick<HostPool, "shell">): Promise<void> {
  await sync(host, `${definitions}/autostart`, pool);
}

async function sync(host: HostConnection, folder: string, pool: Pick<HostPool, "shell">): Promise<void> {
  const options = { timeoutMs: syncMs, signal: AbortSignal.timeout(syncMs) };
  await pool.shell(host, script, [folder], options).catch(() => {});
}
