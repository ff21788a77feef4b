import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { systemVirsh } from "../host/virsh-environment";

/**
 * $1: the guest's UUID; $2: its name, which QEMU's log has. Its serial console is a pseudo-terminal that nothing records, so what it prints in three seconds is all
 * that can be had; QEMU's own complaints are in its log.
 */
const script = `
${systemVirsh}
printf 'domstate: %s\\n' "$(virsh domstate "$1" --reason 2>&1 | head -n 1)"
console=$(virsh ttyconsole "$1" 2> /dev/null)
if [ -c "$console" ]; then timeout 3 cat "$console" | tail -n 5 | sed 's/^/console: /'; fi
tail -n 2 "/var/log/libvirt/qemu/$2.log" 2> /dev/null | sed 's/^/log: /'
true
`;

/** What a host can tell of a guest that does not answer, as short lines. Best effort: empty when the host does not answer either. */
export async function lastOutput(
  { name, uuid = name }: { readonly name: string; readonly uuid?: string | undefined },
  host: HostConnection,
  context: { readonly pool: HostPool; readonly signal: AbortSignal },
): Promise<string[]> {
  const options = { timeoutMs: 20_000, signal: context.signal };
  try {
    const { stdout } = await context.pool.script(host, script, [uuid, name], options);
    return stdout
      .split(/[\r\n]+/)
      .map((line) => line.trim().slice(0, 160))
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}
