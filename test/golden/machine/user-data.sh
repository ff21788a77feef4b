#!/bin/sh
# Who this machine is in its lab. Run once, before sshd and the network start (lab's own image) or by cloud-init.
set -eu
umask 077
hostname=source
echo "$hostname" > /etc/hostname
hostname "$hostname"
mkdir -p /root/.ssh
printf '%s\n' 'ssh-ed25519 AAAAoperator it'"'"'s mine' > /root/.ssh/authorized_keys
printf '%s' '-----BEGIN-----
host
-----END-----
' > /etc/ssh/ssh_host_ed25519_key
printf '%s\n' 'ssh-ed25519 AAAAhost' > /etc/ssh/ssh_host_ed25519_key.pub
chmod 644 /etc/hostname /etc/ssh/ssh_host_ed25519_key.pub
# Another image runs its sshd already, with keys that nobody outside knows.
if command -v systemctl > /dev/null && systemctl --quiet is-active ssh.service; then
  printf 'HostKey /etc/ssh/ssh_host_ed25519_key\nPermitRootLogin prohibit-password\n' > /etc/ssh/sshd_config.d/00-lab.conf
  systemctl restart ssh.service
fi
