#!/bin/sh
# Runs as mmdebstrap's last hook: customize.sh ROOT RECIPE_DIR RELEASE. Makes a fresh Debian tree a host of the lab.
set -eu
root=$1
recipe=$2
release=$3

# The kernel without its dependencies: initramfs-tools would only build an initrd that nothing boots.
kernel=$(chroot "$root" apt-cache depends --important linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
chroot "$root" sh -c "cd /var/tmp && apt-get download -q $kernel"
# /lib is a link to usr/lib, which a plain extraction would replace by a folder.
dpkg-deb --fsys-tarfile "$root"/var/tmp/linux-image-*.deb | tar -x --keep-directory-symlink -C "$root"
rm "$root"/var/tmp/linux-image-*.deb
version=$(ls "$root/lib/modules")
# Hardware that no machine of the lab has. Of SCSI it has what iSCSI needs on either side. Debian 13's modules are compressed, which
# would take an emulated machine time at each load.
(cd "$root/lib/modules/$version/kernel" && rm -rf drivers/gpu drivers/infiniband drivers/net/ethernet drivers/media drivers/nvdimm drivers/hv &&
  find . -name '*.ko.xz' -exec xz --decompress {} + &&
  find drivers/scsi drivers/target -name '*.ko' ! -name scsi_mod.ko ! -name scsi_common.ko ! -name sd_mod.ko ! -name scsi_transport_iscsi.ko \
    ! -name libiscsi.ko ! -name libiscsi_tcp.ko ! -name iscsi_tcp.ko ! -name target_core_mod.ko ! -name target_core_file.ko ! -name iscsi_target_mod.ko -delete)
chroot "$root" depmod "$version"

# Of QEMU's further block drivers the one for iSCSI (libiscsi7 is what it needs): those for Ceph and GlusterFS bring 25 MB of libraries.
chroot "$root" sh -c "cd /var/tmp && apt-get download -q qemu-block-extra"
dpkg-deb --fsys-tarfile "$root"/var/tmp/qemu-block-extra_*.deb |
  tar -x --keep-directory-symlink -C "$root" ./usr/lib/x86_64-linux-gnu/qemu/block-iscsi.so
rm "$root"/var/tmp/qemu-block-extra_*.deb

cp -a "$recipe/rootfs/." "$root/"
chown -R 0:0 "$root/etc" "$root/usr/local"

# qemu-system-i386 would be probed by libvirt at every start, seconds each under emulation.
rm -f "$root/usr/bin/qemu-system-i386"
# libvirt would tell systemd-machined of each guest, which takes a third of a second, and nobody asks there.
rm -f "$root/usr/share/dbus-1/system-services/org.freedesktop.machine1.service"
rm -f "$root"/etc/libvirt/qemu/networks/autostart/default.xml "$root"/etc/libvirt/qemu/networks/default.xml

# Nothing of the machine that built it, and no identity: that comes with each lab.
rm -f "$root"/etc/ssh/ssh_host_* "$root/var/lib/dbus/machine-id"
: > "$root/etc/machine-id"
echo lab > "$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n::1\tlocalhost\n' > "$root/etc/hosts"
: > "$root/etc/resolv.conf"
rm -f "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/*
echo "deb http://deb.debian.org/debian $release main" > "$root/etc/apt/sources.list"
mkdir -p "$root/root/.ssh" "$root/migration"
chmod 700 "$root/root/.ssh"
printf 'KexAlgorithms curve25519-sha256\nCiphers aes128-gcm@openssh.com,aes128-ctr\n' > "$root/etc/ssh/ssh_config.d/lab.conf"

# What a lab's host never needs costs seconds of every boot under emulation.
for unit in systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service \
  systemd-udev-settle.service systemd-timesyncd.service systemd-networkd.service systemd-networkd.socket \
  systemd-networkd-wait-online.service systemd-resolved.service systemd-pstore.service systemd-update-utmp.service \
  systemd-update-utmp-runlevel.service systemd-journal-flush.service systemd-machine-id-commit.service \
  systemd-hwdb-update.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-firstboot.service \
  dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount \
  modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service modprobe@configfs.service modprobe@loop.service modprobe@dm_mod.service \
  e2scrub_all.timer e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer \
  man-db.timer getty@tty1.service getty.target serial-getty@ttyS0.service systemd-user-sessions.service systemd-logind.service \
  libvirt-guests.service systemd-machined.service \
  rpcbind.service rpcbind.socket nfs-blkmap.service rpc-statd.service rpc-statd-notify.service rpc-gssd.service \
  rpc-svcgssd.service auth-rpcgss-module.service nfs-client.target console-getty.service systemd-ask-password-wall.path systemd-ask-password-console.path; do
  ln -sfn /dev/null "$root/etc/systemd/system/$unit"
done
rm -f "$root"/etc/systemd/system/multi-user.target.wants/nfs-server.service "$root"/etc/systemd/system/multi-user.target.wants/libvirtd.service \
  "$root"/etc/systemd/system/multi-user.target.wants/nfs-kernel-server.service "$root"/etc/systemd/system/multi-user.target.wants/ssh.service
# Those of another storage are started by the labs that have it.
for unit in open-iscsi.service iscsid.service iscsid.socket rtslib-fb-targetctl.service glusterd.service glustereventsd.service; do
  find "$root/etc/systemd/system" -path "*.wants/$unit" -delete
done
rm -f "$root"/etc/rcS.d/* "$root"/etc/rc?.d/*
ln -sfn /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants" "$root/etc/systemd/system/sysinit.target.wants"
ln -sfn /etc/systemd/system/lab-network.service "$root/etc/systemd/system/sysinit.target.wants/lab-network.service"
ln -sfn /etc/systemd/system/lab-identity.service "$root/etc/systemd/system/sysinit.target.wants/lab-identity.service"
ln -sfn /etc/systemd/system/lab-sshd.service "$root/etc/systemd/system/sysinit.target.wants/lab-sshd.service"
rm -rf "$root/etc/systemd/system/ssh.service.wants" "$root/etc/systemd/system/multi-user.target.wants/ssh.service"

rm -rf "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/qemu/edk2-a* "$root"/usr/share/qemu/edk2-l*
