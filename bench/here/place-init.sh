#!/bin/bash
# The first process of the namespaces that the hosts of this folder live in: a network that leads nowhere, with one switch.
# When it ends, the kernel ends all others in them.
#
#   place-init.sh RECORD ADDRESS COMMAND...
#
# RECORD   the file that tells which process this is, as machines/hypervisor/first-process.ts reads it
# ADDRESS  of this place on the switch, with the network's prefix
# COMMAND  what is run here
set -eu
record=$1
address=$2
shift 2

# /proc is the machine's own until it is mounted again below, so this is the process as the machine sees it.
read -r stat </proc/self/stat
read -r boot </proc/sys/kernel/random/boot_id
identity() { echo "$1 ${22} $boot"; }
# shellcheck disable=SC2086  # the fields of the line are wanted
identity $stat >"$record.new"
mv "$record.new" "$record"

mount -t proc proc /proc
# A sysfs shows the devices of the network namespace that it was mounted in.
umount --recursive --lazy /sys
mount -t sysfs sysfs /sys
# ip keeps the names of network namespaces here: the machine's own are none of ours.
mount -t tmpfs -o mode=755,size=16m tmpfs /run
ip -batch - <<LINKS
link set lo up
link add switch type bridge stp_state 0 forward_delay 0
link set switch up
address add $address dev switch
LINKS
exec "$@"
