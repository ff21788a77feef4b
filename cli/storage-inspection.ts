import type { StorageKind } from "../stacks/topology/storage-kinds";

/** What a server of the lab is asked for of the shared storage, as one line for people. */
interface StorageInspection {
  /** Of the storage server. */
  readonly server: string;
  /** Of a host. $1: where it has the storage. */
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
    host: `if [ -b "$1" ]; then
  at=/sys/class/block/$(basename "$(readlink -f "$1")")/device
  read -r wwid < "$at/wwid"
  for way in "$at"/../../iscsi_session/*; do
    read -r session < "$way/state"
    read -r target < "$way/targetname"
  done
  echo "$target lun \${1##*-lun-} $wwid $session"
else echo "not logged in"; fi`,
  },
  glusterfs: {
    // Each brick that is up tells how many files it has that another one misses.
    server: `for at in /var/lib/glusterd/vols/*; do
  timeout 8 gluster volume heal "\${at##*/}" statistics heal-count < /dev/null | awk -v volume="\${at##*/}" '
    /^Brick / { bricks++ }
    /^Number of entries: / { up++; if ($NF > most) most = $NF }
    END { printf "%s: %d of %d bricks, %d to heal\n", volume, up, bricks, most }'
done`,
    host: `findmnt --noheadings --output SOURCE,FSTYPE,TARGET --target "$1" | tail -n 1`,
  },
};
