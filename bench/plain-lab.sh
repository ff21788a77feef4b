#!/bin/sh
# The yardstick: the whole lab by plain virsh and ssh, as one would write it without this project. The hosts boot in
# parallel from the same image; every stage waits for the one before it.
#
# environment, from bench/up.ts:
#   WORK          a folder with NAME.iso (identity), key, known_hosts, guest.xml, guest.tar.gz
#   LIBVIRT_URI   the private hypervisor;  IMAGES its images folder, from outside;  BASE_IMAGE KERNEL INITRD CMDLINE as it sees them
#   SSH_nfs SSH_source SSH_target   "address port" of each machine's SSH
# prints one line a stage: "stage NAME SECONDS"
set -eu
virsh() { command virsh --quiet --connect "$LIBVIRT_URI" "$@"; }
on() { # HOST COMMAND: standard input goes along
  eval "set -- \"\$@\" \$SSH_$1"
  ssh -i "$WORK/key" -o UserKnownHostsFile="$WORK/known_hosts" -o HostKeyAlias="$1" -o BatchMode=yes \
    -o LogLevel=ERROR -o ConnectTimeout=5 -p "$4" "root@$3" "$2"
}
now() { cut -d' ' -f1 /proc/uptime; }
last=$(now)
stage() { at=$(now); echo "stage $1 $(echo "$at $last" | awk '{ printf "%.1f", $1 - $2 }')"; last=$at; }
until_true() { # TRIES COMMAND...
  left=$1; shift
  until "$@" > /dev/null 2>&1; do
    left=$((left - 1)); [ "$left" -gt 0 ] || { echo "gave up: $*" >&2; exit 1; }
    sleep 1
  done
}
machine() { # NAME NUMBER MEMORY
  qemu-img create -q -f qcow2 -b "$BASE_IMAGE" -F qcow2 -u "$IMAGES/$1.qcow2" 6G
  cp "$WORK/$1.iso" "$IMAGES/$1.iso"
  sed "s|@NAME@|$1|; s|@NUMBER@|$2|g; s|@MEMORY@|$3|; s|@KERNEL@|$KERNEL|; s|@INITRD@|$INITRD|; s|@CMDLINE@|$CMDLINE lab.address=10.77.0.$2/24|" "$WORK/machine.xml" > "$WORK/$1.xml"
  virsh define "$WORK/$1.xml"
  virsh start "$1"
}

virsh net-define "$WORK/network.xml"
virsh net-start lab
machine nfs 2 384; machine source 3 1024; machine target 4 1024
stage start

for host in nfs source target; do until_true 180 on "$host" true < /dev/null; done
stage ssh

names='10.77.0.2 nfs
10.77.0.3 source
10.77.0.4 target'
for host in nfs source target; do on "$host" "echo '$names' >> /etc/hosts" < /dev/null & done
wait
on nfs "mkdir -p /migration && echo '/migration 10.77.0.3(rw,sync,no_subtree_check,no_root_squash) 10.77.0.4(rw,sync,no_subtree_check,no_root_squash)' > /etc/exports && systemctl start nfs-server && exportfs -ra && mkdir -p /migration/guest && tar -xzf - -C /migration/guest" < "$WORK/guest.tar.gz"
stage nfs

for host in source target; do
  on "$host" "mount -t nfs4 nfs:/migration /var/lib/libvirt/images && umask 077 && cat > /root/.ssh/id_ed25519 && echo '$(cut -d' ' -f1-3 "$WORK/known_hosts" | tr '\n' '~')' | tr '~' '\n' > /root/.ssh/known_hosts && { modprobe kvm_amd || modprobe kvm_intel; } && systemctl start libvirtd" < "$WORK/key" &
done
wait
stage mounts

on source "virsh define /dev/stdin && virsh start guest" < "$WORK/guest.xml" > /dev/null
until_true 300 on nfs "nc -w 2 10.77.0.50 7000 | grep -q bootId" < /dev/null
stage guest

for host in source target; do on "$host" "virsh list --all" < /dev/null; done
on source "virsh migrate --live --persistent --undefinesource guest qemu+ssh://target/system" < /dev/null
for host in source target; do on "$host" "virsh list --all" < /dev/null; done
on target "virsh domstate guest | grep -q running" < /dev/null
stage move
