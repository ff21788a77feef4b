import type { StorageKind } from "../stacks/topology/storage-kinds";

/** What a server of the lab is asked for of the shared storage, as one line for people. */
interface StorageInspection {
  /** Of the storage server. */
  readonly server: string;
  /** Of a host. $1: where it has the storage, which may be a shell's pattern. */
  readonly host: string;
}

export const storageInspections: Readonly<Record<StorageKind, StorageInspection>> = {
  nfs: {
    server: "exportfs -s",
    host: `findmnt --noheadings --output SOURCE,FSTYPE,TARGET --target "$1" | tail -n 1`,
  },
  iscsi: {
    // The kernel's own files: targetcli takes an emulated server seconds.
    server: `for acl in /sys/kernel/config/target/iscsi/*/tpgt_1/acls/*; do
  [ -d "$acl" ] || continue
  if read -r first < "$acl/info" && [ "\${first#No }" = "$first" ]; then echo "\${acl##*/} (logged in)"; else echo "\${acl##*/} (away)"; fi
done`,
    host: `luns=
for device in $1; do
  [ -b "$device" ] || continue
  at=/sys/class/block/$(basename "$(readlink -f "$device")")/device
  read -r wwid < "$at/wwid"
  for way in "$at"/../../iscsi_session/*; do
    read -r session < "$way/state"
    read -r target < "$way/targetname"
  done
  luns="$luns lun \${device##*-lun-} $wwid"
done
if [ -n "$luns" ]; then echo "$target$luns $session"; else echo "not logged in"; fi`,
  },
  glusterfs: {
    // By what is there: gluster's own answers take an emulated server seconds. Its self-heal daemon is connected to every brick that is up, and its brick
    // has a list of what another one misses.
    server: `for at in /var/lib/glusterd/vols/*; do
  [ -e "$at/info" ] || continue
  bricks=$(grep -c '^brick-' "$at/info")
  up=$(ss -Htnp state established | awk '/"glusterfs"/ { at = $4; port = at; sub(/:[0-9]+$/, "", at); sub(/.*:/, "", port); if (port != 24007) print at }' | sort -u | wc -l)
  missed=0
  for entry in "$(sed -n 's/^path=//p' "$at"/bricks/* | head -n 1)"/.glusterfs/indices/xattrop/*; do
    case \${entry##*/} in xattrop-* | '*') ;; *) missed=$((missed + 1)) ;; esac
  done
  echo "\${at##*/}: $up of $bricks bricks, $missed to heal"
done`,
    host: `findmnt --noheadings --output SOURCE,FSTYPE,TARGET --target "$1" | tail -n 1`,
  },
};
