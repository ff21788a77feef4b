import { connectFunction } from "./connect-script";

/**
 * Either host: block devices by the paths that the guest's definition has. What each is comes from the kernel's own files, so that a device
 * whose server is gone is not waited for. A device made of others (LVM, multipath) is told with them all. Of a path that is not there it is told which
 * iSCSI target it would belong to by its name, and what this host knows of that.
 */
export const inspectBlockDevices = `${connectFunction}
mark="=$1"; shift
echo "$mark:blocks"
export LC_ALL=C
show() { if read -r value 2> /dev/null < "$2" && [ -n "$value" ]; then echo "$1 $value"; fi; }
session_of() {
  for way in "$1"/device/../../iscsi_session/session*; do
    [ -e "$way/targetname" ] || continue
    show target "$way/targetname"
    show session "$way/state"
  done
}
leaves() {
  whole=$1
  if [ -e "$1/partition" ]; then
    show start "$1/start"
    whole=$(readlink -f "$1/..")
  fi
  below=
  for slave in "$whole"/slaves/*; do
    [ -e "$slave" ] || continue
    below=yes
    leaves "$(readlink -f "$slave")"
  done
  [ -z "$below" ] || { show dm "$whole/dm/uuid"; return; }
  echo "leaf $(read -r id 2> /dev/null < "$whole/device/wwid" && echo "$id" || { read -r id 2> /dev/null < "$whole/wwid" && echo "$id"; })"
  session_of "$whole"
}
for file; do
  echo "path $file"
  if [ -b "$file" ]; then
    at=/sys/class/block/$(basename "$(readlink -f "$file")")
    show sectors "$at/size"
    show readonly "$at/ro"
    (leaves "$(readlink -f "$at")")
    continue
  fi
  case $file in
    /dev/disk/by-path/*-iscsi-*-lun-*) ;;
    *) continue ;;
  esac
  target=\${file#*-iscsi-}; target=\${target%-lun-*}
  portal=\${file#*ip-}; portal=\${portal%%-iscsi-*}
  echo "wants $target $portal"
  for way in /sys/class/iscsi_session/session*; do
    if read -r name 2> /dev/null < "$way/targetname" && [ "$name" = "$target" ]; then show session "$way/state"; fi
  done
  connect 3 "\${portal%:*}" "\${portal##*:}" 2> /dev/null
  case $? in 0) echo "portal answers" ;; 126 | 127) ;; *) echo "portal silent" ;; esac
  if [ -d "/etc/iscsi/nodes/$target" ]; then
    echo "record there"
    # A refusal that a login came after is over. Not of this boot only: a host that goes on from a kept memory has another boot_id than its journal.
    timeout 5 journalctl --quiet --unit=iscsid --lines=20 --output=cat 2> /dev/null < /dev/null | {
      refused=
      while IFS= read -r line; do
        case $line in *"target: $target,"*operational* | *"operational after recovery"*) refused= ;; *authenticat*) refused=$line ;; esac
      done
      [ -z "$refused" ] || echo "refused $refused"
    }
  fi
done
`;
