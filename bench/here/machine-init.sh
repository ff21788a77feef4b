#!/bin/bash
# The first process of one server, in mount, UTS, IPC and PID namespaces of its own, and in a network namespace that has the
# end of one cable, eth0. When it ends, all of the server ends.
#
#   machine-init.sh FOLDER NAME ADDRESS SHARE [PROGRAM]
#
# FOLDER   the server's own files: etc, root, lib, log, cache, boot_id
# NAME     its host name
# ADDRESS  with the network's prefix
# SHARE    the folder with the guests' files, which every server has where libvirt keeps its images
# PROGRAM  what runs on it beside sshd: libvirtd on a KVM host
set -eu
umask 022
folder=$1
name=$2
address=$3
share=$4
shift 4

mount -t proc proc /proc
echo "$name" >/proc/sys/kernel/hostname
# By this the project tells one machine from another (preflight, name-leads-there); the kernel has one for all of them.
mount --bind "$folder/boot_id" /proc/sys/kernel/random/boot_id
mount -t tmpfs -o mode=755,size=16m tmpfs /run
mount -t tmpfs -o mode=1777,size=16m tmpfs /dev/shm
mkdir /run/sshd /run/libvirt /run/lock
for part in etc root; do mount --bind "$folder/$part" "/$part"; done
for part in lib log cache; do mount --bind "$folder/$part" "/var/$part"; done
mkdir -p /var/lib/libvirt/images
mount --bind "$share" /var/lib/libvirt/images

# As a host of the lab has it: the guests' bridge has the address, and the network card is a port of it.
ip -batch - <<LINKS
link set lo up
link add br0 type bridge stp_state 0 forward_delay 0
link set eth0 master br0 up
link set br0 up
address add $address dev br0
LINKS

# As the lab's image starts it: -r, a connection goes on in the server's own program.
/usr/sbin/sshd -D -e -r &
if [ $# -gt 0 ]; then "$@" & fi
# Neither of them ends by itself.
wait -n
