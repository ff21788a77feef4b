#!/bin/bash
# The first process of a lab's mount, network and PID namespaces. When it ends, the kernel ends all others in them.
#
#   namespace-init.sh STATE CACHE COMMAND...
#
# STATE    the lab's folder for its hypervisor; hypervisor-folders.ts says what is in it
# CACHE    what libvirt has found out about QEMU, shared by all labs
# COMMAND  the SSH forwarder; inherits the listening sockets, which are file descriptors 3 to 11: one for each server that a lab may have
set -eu
umask 022
state=$1
cache=$2
shift 2

# Whoever started ./lab may wait for the end of a pipe, or keep a lock, by a descriptor that came down to here.
# bash reads this file by 255 and does not hand that one on.
for descriptor in /proc/self/fd/*; do
  descriptor=${descriptor##*/}
  if [ "$descriptor" -gt 11 ] && [ "$descriptor" -ne 255 ]; then exec {descriptor}<&-; fi
done

# /proc is the machine's own until it is mounted again below, so this is the process as the machine sees it.
# Together the three cannot be mistaken for another process: id, start time, boot of the machine.
read -r stat </proc/self/stat
read -r boot </proc/sys/kernel/random/boot_id
identity() { echo "$1 ${22} $boot"; }
# shellcheck disable=SC2086  # the fields of the line are wanted
identity $stat >"$state/first-process.new"
mv "$state/first-process.new" "$state/first-process"

# Makes a mount point that the machine lacks, in this namespace only: its parent becomes a temporary folder that
# shows all that was in it. libvirt-daemon comes without its folders; libvirt-daemon-system has them.
make_mount_point() {
  [ ! -d "$1" ] || return 0
  parent=${1%/*}
  aside=/run/aside$parent
  mkdir -p "$aside"
  mount --rbind "$parent" "$aside"
  mount -t tmpfs -o mode=755,size=1m tmpfs "$parent"
  for entry in "$aside"/* "$aside"/.[!.]*; do
    place=$parent/${entry##*/}
    if [ -L "$entry" ]; then
      cp -P "$entry" "$place"
    elif [ -d "$entry" ]; then
      mkdir "$place"
      mount --rbind "$entry" "$place"
    elif [ -e "$entry" ]; then
      : >"$place"
      mount --bind "$entry" "$place"
    fi
  done
  mkdir "$1"
}

# Adds a line to a file of the machine's, in this namespace only.
add_line() {
  cp "$1" "$state/${1##*/}"
  echo "$2" >>"$state/${1##*/}"
  mount --bind "$state/${1##*/}" "$1"
}

mount -t proc proc /proc
# A sysfs shows the devices of the network namespace that it was mounted in. The new one has no cgroups either.
umount --recursive --lazy /sys
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755,size=16m tmpfs /run
mkdir -p /run/libvirt /run/lock
for place in /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do make_mount_point "$place"; done
mount --bind "$state/run" /run/libvirt
mount --bind "$state/etc" /etc/libvirt
mount --bind "$state/lib" /var/lib/libvirt
mount --bind "$state/log" /var/log/libvirt
mount --bind "$cache" /var/cache/libvirt
while IFS='	' read -r from to; do
  mount --bind -o ro "$from" "/var/lib/libvirt/$to"
done <"$state/mounts"
ip link set lo up

# libvirtd does not start without this user, though it runs machines as root here.
getent passwd libvirt-qemu >/dev/null || add_line /etc/passwd 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin'
getent group libvirt-qemu >/dev/null || add_line /etc/group 'libvirt-qemu:x:64055:'

# Runs a daemon again when it ends; gives up when it does so three times, each time within a minute.
keep_running() {
  ends=0
  while [ "$ends" -lt 3 ]; do
    started=$(date +%s)
    code=0
    "$@" || code=$?
    echo "$1 ended with exit code $code"
    [ $(($(date +%s) - started)) -lt 60 ] || ends=0
    ends=$((ends + 1))
    sleep 0.2
  done
}

keep_running "$@" &
for descriptor in 3 4 5 6 7 8 9 10 11; do exec {descriptor}<&-; done

# A server that restarts from inside, or by `virsh reset`, is the same to libvirt as before; this is all that it tells of it.
tell_restarts() {
  while :; do
    virsh --quiet --connect qemu:///system event --event reboot --loop --timestamp >>"$state/restarts" 2>/dev/null || true
    sleep 1
  done
}
tell_restarts &
keep_running /usr/sbin/libvirtd
