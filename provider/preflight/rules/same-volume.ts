import type { DiskComplaint } from "../facts/disk-complaint";
import type { GuestDisk } from "../facts/guest-disk";
import { type FileOnVolume, volumeName } from "../facts/mounted-volumes";
import type { MoveFacts } from "../facts/move-facts";

/**
 * Part of shared-storage: a file on a GlusterFS volume. That both hosts have it by one path is no proof, another volume may be mounted there: its identity in the
 * volume is compared. Undefined where nothing is wrong, and where the source has it on no volume.
 */
export function volumeComplaint({ name, path }: GuestDisk, facts: MoveFacts): DiskComplaint | undefined {
  const { source, target, storage } = facts;
  const here = storage.source.volumes.get(path);
  const there = storage.target.volumes.get(path);
  if (here === undefined) return undefined;
  const on = `${name}: ${path} is on ${here.source} on ${source.host}`;
  const mount = `mount -t glusterfs ${here.source} ${here.mountPoint}`;
  if (there === undefined)
    return {
      host: target.host,
      found: `${on}, and on no volume on ${target.host}`,
      fix: `on ${target.host}: ${mount}`,
    };
  if (isAnother(here, there))
    return {
      host: target.host,
      found: `${on}, and on ${there.source} on ${target.host}: another file`,
      fix: `on ${target.host}: umount ${there.mountPoint}; ${mount}`,
    };
  return undefined;
}

function isAnother(here: FileOnVolume, there: FileOnVolume): boolean {
  if (volumeName(here) !== volumeName(there)) return true;
  return here.gfid !== undefined && there.gfid !== undefined && here.gfid !== there.gfid;
}
