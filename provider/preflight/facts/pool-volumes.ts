import { asWord } from "../../host/shell-quote";
import type { DiskComplaint } from "./disk-complaint";
import type { GuestDefinition } from "./guest-definition";
import type { GuestDisk, VolumeName } from "./guest-disk";
import { readXml } from "./xml-element";

/** What a host's libvirt says that a volume is, or why it does not say it. */
export type VolumeOnHost = { readonly type: string; readonly path: string } | { readonly trouble: string };

/** Those volumes, in the order of the guest's disks. */
interface VolumesOnHost {
  readonly host: string;
  readonly volumes: readonly VolumeOnHost[];
}

/** The volumes that disks of the guest are, in the order of the disks. */
export function volumesOf({ disks }: GuestDefinition): VolumeName[] {
  return disks.flatMap(({ volume }) => volume ?? []);
}

/** Reads what virsh says of each volume (`vol-dumpxml`); undefined is a host that did not answer in time. */
export function parsePoolVolumes(
  sections: ReadonlyMap<string, string> | undefined,
  count: number,
): VolumeOnHost[] {
  return Array.from({ length: count }, (_, index) => {
    if (sections === undefined) return { trouble: "no answer in time" };
    const text = sections.get(`volume ${index}`) ?? "";
    const volume = readXml(text);
    const path = volume?.name === "volume" ? volume.at("target", "path").text : "";
    if (path !== "") return { type: volume?.attribute("type") ?? "file", path };
    const words = [...text.matchAll(/^error: (.*)$/gm)].map(([, word = ""]) => word);
    return { trouble: words.join("; ") || "libvirt does not say what it is" };
  });
}

/** The definition with each volume as the file or block device that it is on both hosts. */
export function withVolumes(
  definition: GuestDefinition,
  source: VolumesOnHost,
  target: VolumesOnHost,
): GuestDefinition {
  let index = 0;
  const disks = definition.disks.map((disk) => {
    if (disk.volume === undefined) return disk;
    const at = index++;
    const on = ({ host, volumes }: VolumesOnHost) => ({
      host,
      seen: volumes[at] ?? { trouble: "libvirt does not say what it is" },
    });
    return resolved(disk, disk.volume, on(source), on(target));
  });
  return { ...definition, disks };
}

interface Seen {
  readonly host: string;
  readonly seen: VolumeOnHost;
}

function resolved(disk: GuestDisk, { pool, name }: VolumeName, source: Seen, target: Seen): GuestDisk {
  const what = `${disk.name}: volume ${name} of pool ${pool}`;
  const unresolved = (trouble: DiskComplaint): GuestDisk => ({ ...disk, trouble });
  for (const { host, seen } of [source, target])
    if ("trouble" in seen)
      return unresolved({
        host,
        found: `${what} on ${host}: ${seen.trouble}`,
        fix: `on ${host}: virsh pool-list --all; virsh pool-start ${asWord(pool)}, or define the pool there as on the other host (virsh pool-dumpxml ${asWord(pool)}); virsh pool-refresh ${asWord(pool)} where its list alone lacks the volume`,
      });
  const [here, there] = [source.seen, target.seen];
  if ("trouble" in here || "trouble" in there) return disk;
  if (here.type !== there.type || here.path !== there.path)
    return unresolved({
      host: target.host,
      found: `${what} is ${here.path} (${here.type}) on ${source.host}, and ${there.path} (${there.type}) on ${target.host}`,
      fix: `give the pool the same <target><path> on both hosts: virsh pool-edit ${asWord(pool)}, then pool-destroy (which leaves its content alone) and pool-start`,
    });
  if (here.type !== "file" && here.type !== "block")
    return unresolved({
      host: source.host,
      found: `${what} is of type ${here.type}, of which it cannot be seen whether it is shared`,
      fix: "give the disk by its server: <disk type='network'>",
    });
  return { ...disk, kind: here.type, path: here.path };
}
