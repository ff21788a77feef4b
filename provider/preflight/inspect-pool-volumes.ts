import type { HostConnection } from "../host/host-connection";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import type { Asking } from "./asking";
import type { GuestDefinition } from "./facts/guest-definition";
import { parsePoolVolumes, type VolumeOnHost, volumesOf, withVolumes } from "./facts/pool-volumes";

/**
 * Either host: $2 virsh's commands. One virsh for all of them, and none that reads commands: its readline would take the letters of a name for keys where the host
 * has no locale of UTF-8.
 */
const askVolumes = `
${systemVirsh}
virsh "$2" 2>&1 < /dev/null
`;

/** The definition with its disks in pools as what they are on both hosts: files and block devices. Each host's libvirt says it of its own. */
export async function resolveVolumes(
  ask: Asking,
  { source, target }: { readonly source: HostConnection; readonly target: HostConnection },
  definition: GuestDefinition | undefined,
): Promise<GuestDefinition | undefined> {
  const volumes = definition === undefined ? [] : volumesOf(definition);
  if (definition === undefined || volumes.length === 0) return definition;
  const commands = volumes.flatMap(({ pool, name }, index) => [
    `echo =${ask.token}:volume ${index}`,
    shellCommand(["vol-dumpxml", "--pool", pool, "--vol", name]),
  ]);
  const on = async (host: HostConnection): Promise<readonly VolumeOnHost[]> =>
    parsePoolVolumes(await ask.unlessSilent(host, askVolumes, [commands.join("; ")]), volumes.length);
  const [here, there] = await Promise.all([on(source), on(target)]);
  return withVolumes(definition, { host: source.name, volumes: here }, { host: target.name, volumes: there });
}
