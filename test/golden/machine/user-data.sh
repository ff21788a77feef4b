#cloud-boothook
#!/bin/sh
# Who this machine is in its lab. Run before sshd starts: once by the lab's own image, by cloud-init at every boot.
# By the shell alone: each program that is started takes an emulated machine a twentieth of a second and more.
set -eu
hostname=source
authorized_key='ssh-ed25519 AAAAoperator it'"'"'s mine'
host_key=/etc/ssh/ssh_host_ed25519_key
umask 022
echo "$hostname" > /etc/hostname
echo "$hostname" > /proc/sys/kernel/hostname
umask 077
[ -d /root/.ssh ] || mkdir /root/.ssh
keys=/root/.ssh/authorized_keys
[ -e "$keys" ] || : > "$keys"
known=
while IFS= read -r key || [ -n "$key" ]; do
  [ "$key" != "$authorized_key" ] || known=yes
done < "$keys"
[ -n "$known" ] || printf '%s\n' "$authorized_key" >> "$keys"
if command -v cloud-init > /dev/null; then
  # It is about to make new host keys of the usual names, which nobody outside would know.
  host_key=/etc/ssh/kvm-migration-lab_host_key
  mkdir -p /etc/ssh/sshd_config.d
  printf 'HostKey %s\nPermitRootLogin prohibit-password\n' "$host_key" > /etc/ssh/sshd_config.d/00-kvm-migration-lab.conf
  # Guests are on the machine's own network by a bridge that takes over the network card's address.
  port=$(ip -o route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  # A network that leads nowhere has no such route: then it is the first card.
  for card in /sys/class/net/*/device; do
    [ -z "$port" ] && [ -e "$card" ] || continue
    port=${card%/device}
    port=${port##*/}
  done
  if [ ! -e /sys/class/net/br0 ] && [ -n "$port" ]; then
    mac=$(cat "/sys/class/net/$port/address")
    at=/etc/systemd/network/05-kvm-migration-lab
    printf '[NetDev]\nName=br0\nKind=bridge\nMACAddress=%s\n[Bridge]\nSTP=no\nForwardDelaySec=0\n' "$mac" > "$at-bridge.netdev"
    printf '[Match]\nName=br0\n[Network]\nDHCP=ipv4\n[DHCPv4]\nClientIdentifier=mac\n' > "$at-bridge.network"
    printf '[Match]\nName=%s\n[Network]\nBridge=br0\n' "$port" > "$at-port.network"
    chmod 644 "$at"-*
    systemctl restart systemd-networkd
  fi
fi
printf '%s' '-----BEGIN-----
host
-----END-----
' > "$host_key"
umask 022
printf '%s\n' 'ssh-ed25519 AAAAhost' > "$host_key.pub"
