/** What the guest `second` has its disks from, on the server nfs: by NBD, and by iSCSI, where it logs in by CHAP. */

export const diskServer = "disks";
const iqn = "iqn.2026-11.test.disks:second";
const initiator = "iqn.2026-11.test.guest:second";
export const secretUsage = "kvmlab-second";
const chap = { user: "second", password: "only-a-test-knows" };
const folder = "/srv/disks";

/** Shell for nfs. The export takes a client more than the guest is on either host. The kernel would take a line's end for a part of a name or secret. */
export const serveDisks = `set -e
mkdir -p ${folder}
truncate -s 64M ${folder}/nbd.img
mke2fs -q -F -t ext4 -b 1024 ${folder}/nbd.img
qemu-nbd --fork --persistent --shared=3 --format=raw --export-name=second --port=10809 ${folder}/nbd.img > /dev/null 2>&1
truncate -s 16M ${folder}/lun.img
modprobe -a target_core_mod target_core_file iscsi_target_mod
mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
core=/sys/kernel/config/target
mkdir -p "$core/core/fileio_7/second"
echo "fd_dev_name=${folder}/lun.img,fd_dev_size=16777216" > "$core/core/fileio_7/second/control"
echo 1 > "$core/core/fileio_7/second/enable"
group=$core/iscsi/${iqn}/tpgt_1
mkdir -p "$group/lun/lun_0" "$group/np/0.0.0.0:3260" "$group/acls/${initiator}/lun_0"
ln -s "$core/core/fileio_7/second" "$group/lun/lun_0/second"
ln -s "$group/lun/lun_0" "$group/acls/${initiator}/lun_0/second"
echo 1 > "$group/attrib/authentication"
printf %s ${chap.user} > "$group/acls/${initiator}/auth/userid"
printf %s ${chap.password} > "$group/acls/${initiator}/auth/password"
echo 1 > "$group/enable"`;

/** Shell for nfs: what comes from a host to the export is dropped. */
export const dropFrom = (host: string) =>
  `nft add table inet disks; nft add chain inet disks input '{ type filter hook input priority 0; }'
nft add rule inet disks input ip saddr ${host} tcp dport 10809 drop`;
export const dropNothing = "nft delete table inet disks";

/** Shell for a host: libvirt's secret for the LUN. */
export const defineSecret = `set -e
cat > /run/secret.xml << 'END'
<secret ephemeral='no' private='no'><usage type='iscsi'><target>${secretUsage}</target></usage></secret>
END
id=$(virsh secret-define /run/secret.xml | grep -o '[0-9a-f-]\\{36\\}')
virsh secret-set-value "$id" --base64 ${Buffer.from(chap.password).toString("base64")}`;
export const removeSecret = `virsh secret-undefine "$(virsh secret-list | awk '/${secretUsage}/ { print $1 }')"`;

/** Shell for a host: where the server's name leads to. */
export const nameLeadsTo = (address: string) =>
  `sed -i '/ ${diskServer}$/d' /etc/hosts; echo '${address} ${diskServer}' >> /etc/hosts`;

const lun = `<disk type='network' device='disk'><driver name='qemu' type='raw' cache='none'/><auth username='${chap.user}'><secret type='iscsi' usage='${secretUsage}'/></auth><source protocol='iscsi' name='${iqn}/0'><host name='${diskServer}' port='3260'/><initiator><iqn name='${initiator}'/></initiator></source><target dev='vdb' bus='virtio'/></disk>`;

/** Changes of the lab's guest's definition, for sed, quoted for a shell: in its disk's place these two. */
export const withNetworkDisks: readonly string[] = [
  `"s|<disk type='file'|<disk type='network'|"`,
  `"s|type='qcow2'|type='raw'|"`,
  `"s|<source file='[^']*second.qcow2'/>|<source protocol='nbd' name='second'><host name='${diskServer}' port='10809'/></source>|"`,
  `"s|</devices>|${lun}</devices>|"`,
];
