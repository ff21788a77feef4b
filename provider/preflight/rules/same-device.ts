import type { BlockDevice } from "../facts/block-devices";
import type { DiskComplaint } from "../facts/disk-complaint";
import type { GuestDisk } from "../facts/guest-disk";
import type { MoveFacts } from "../facts/move-facts";

/** Part of shared-storage: a path is no proof. Two hosts' `/dev/vg0/web1` are two disks, and behind one by-path name another LUN may stand. */
export function deviceComplaint({ name, path }: GuestDisk, facts: MoveFacts): DiskComplaint | undefined {
  const { source, target, storage } = facts;
  const here = storage.source.blocks.get(path);
  const there = storage.target.blocks.get(path);
  if (here?.exists !== true)
    return {
      host: source.host,
      found: `${name}: ${path} is no block device on ${source.host}`,
      fix: `on ${source.host}: ls -l ${path}`,
    };
  if (there?.exists !== true) return missing(name, path, there, target.host);
  const session = there.iscsi?.session;
  if (session !== undefined && session !== loggedIn)
    return {
      host: target.host,
      found: `${name}: the iSCSI session of ${path} on ${target.host} is ${session}, not ${loggedIn}: its portal does not answer`,
      fix: `on ${target.host}: iscsiadm -m session -P 1, and try the way to the portal: nc -vz ADDRESS 3260`,
    };
  if (here.identity === undefined || there.identity === undefined) {
    const host = here.identity === undefined ? source.host : target.host;
    return {
      host,
      found: `${name}: ${path} has no wwid on ${host}, so nothing proves that it is one device: a disk of the host's own may have this name`,
      fix: `put the disk on a LUN that both hosts have (iSCSI, FC, NVMe over fabrics), or on a share; on each host: cat /sys/block/DEVICE/device/wwid`,
    };
  }
  if (here.identity !== there.identity || here.sectors !== there.sectors)
    return {
      host: target.host,
      found: `${name}: ${path} is ${described(here)} on ${source.host}, and ${described(there)} on ${target.host}`,
      fix: anotherDevice(path, there, facts),
    };
  return undefined;
}

/** The kernel's word for a session that works. */
const loggedIn = "LOGGED_IN";

function missing(name: string, path: string, device: BlockDevice | undefined, host: string): DiskComplaint {
  const iscsi = device?.iscsi;
  const absent = `${name}: ${path} is no block device on ${host}`;
  if (iscsi === undefined)
    return { host, found: absent, fix: `on ${host}: attach the device; ls -l ${path}` };
  const { target, portal = "the portal", portalAnswers, known, session, refusal } = iscsi;
  const login = `iscsiadm -m node -T ${target} --login`;
  if (session === loggedIn)
    return {
      host,
      found: `${absent}: it is logged in to ${target}, which offers it no such LUN`,
      fix: `on the iSCSI server: targetcli ls /iscsi/${target}; then on ${host}: iscsiadm -m session --rescan`,
    };
  if (portalAnswers === false)
    return {
      host,
      found: `${absent}: ${portal} does not answer it`,
      fix: `on the iSCSI server: ss -ltn, and its firewall; then on ${host}: ${login}`,
    };
  if (refusal !== undefined)
    return {
      host,
      found: `${absent}: ${portalAnswers ? `${portal} answers, and` : portal} refused its CHAP name or secret the last time (iscsid: ${refusal})`,
      fix: `on ${host}: iscsiadm -m node -T ${target} -o update -n node.session.auth.password -v SECRET, with the secret that the server has for it; then ${login}`,
    };
  const tried =
    portalAnswers === undefined ? `it was not tried whether ${portal} answers` : `${portal} answers`;
  return {
    host,
    found: `${absent}: it is not logged in to ${target}, and ${tried}`,
    fix: known
      ? `on ${host}: ${login}`
      : `on ${host}: iscsiadm -m discovery -t sendtargets -p ${portal}; ${login}`,
  };
}

function anotherDevice(path: string, device: BlockDevice, { source, target }: MoveFacts): string {
  return device.iscsi === undefined
    ? `give ${target.host} the device that ${source.host} has as ${path}, or put the disk on one that both have`
    : `on the iSCSI server: targetcli ls /iscsi/${device.iscsi.target} shows which LUN each host is given; when it is right, on ${target.host}: iscsiadm -m node -T ${device.iscsi.target} --logout, then --login`;
}

/** `naa.6001405… (64 MiB)`. */
export function described({ identity, sectors }: BlockDevice): string {
  return `${identity ?? "unnamed"} (${((sectors ?? 0) / 2048).toFixed(0)} MiB)`;
}
