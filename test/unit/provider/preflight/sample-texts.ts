/** What the programs of Debian 12 (libvirt 9.0, QEMU 7.2) say, as the scripts of preflight gather it. */

export const uuid = "8f6f6a0e-7c0e-8f6e-9a4f-4b7f6f0a2f11";
export const imagesFolder = "/var/lib/libvirt/images";
export const guestFolder = `${imagesFolder}/guest`;
export const disk = `${guestFolder}/disk.qcow2`;

/** `virsh domstats --state --block --nowait` of one domain that has the guest's disk. */
export const disksOf = (name: string, state: number) => `Domain: '${name}'
  state.state=${state}
  state.reason=1
  block.count=2
  block.0.name=vda
  block.0.path=${disk}
  block.0.rd.reqs=1234
  block.1.name=sda

`;

export const version = (qemu = "7.2.9", libvirt = "9.0.0") => `Compiled against library: libvirt ${libvirt}
Using library: libvirt ${libvirt}
Using API: QEMU ${libvirt}
Running hypervisor: QEMU ${qemu}
Running against daemon: ${libvirt}

`;

/** Each host's own. */
export const hostUuid: Readonly<Record<"source" | "target", string>> = {
  source: "0d0f7b5c-91c8-4d3e-9f0b-52540077000b",
  target: "0d0f7b5c-91c8-4d3e-9f0b-52540077000c",
};

export const capabilities = (
  types: readonly string[] = ["qemu"],
  host: "source" | "target" = "target",
) => `<capabilities>

  <host>
    <uuid>${hostUuid[host]}</uuid>
    <cpu>
      <arch>x86_64</arch>
      <model>qemu64</model>
      <vendor>AMD</vendor>
      <feature name='x2apic'/>
    </cpu>
    <migration_features>
      <live/>
      <uri_transports>
        <uri_transport>tcp</uri_transport>
        <uri_transport>rdma</uri_transport>
      </uri_transports>
    </migration_features>
    <secmodel>
      <model>apparmor</model>
      <doi>0</doi>
    </secmodel>
    <secmodel>
      <model>dac</model>
      <doi>0</doi>
    </secmodel>
  </host>

  <guest>
    <os_type>hvm</os_type>
    <arch name='i686'>
      <wordsize>32</wordsize>
      <emulator>/usr/bin/qemu-system-i386</emulator>
      <machine maxCpus='255'>pc-i440fx-7.2</machine>
      <machine canonical='pc-i440fx-7.2' maxCpus='255'>pc</machine>
      <domain type='qemu'/>
    </arch>
  </guest>

  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <wordsize>64</wordsize>
      <emulator>/usr/bin/qemu-system-x86_64</emulator>
      <machine maxCpus='255'>pc-i440fx-7.2</machine>
      <machine canonical='pc-i440fx-7.2' maxCpus='255'>pc</machine>
      <machine maxCpus='288'>pc-q35-7.2</machine>
      <machine canonical='pc-q35-7.2' maxCpus='288'>q35</machine>
      <machine maxCpus='288'>pc-q35-6.2</machine>
      ${types.map((type) => `<domain type='${type}'/>`).join("\n      ")}
    </arch>
    <features>
      <acpi default='on' toggle='yes'/>
    </features>
  </guest>

</capabilities>

`;

export interface DefinitionParts {
  readonly type?: string;
  readonly memory?: string;
  readonly arch?: string;
  readonly machine?: string;
  readonly cpu?: string;
  readonly driver?: string;
  readonly devices?: string;
  readonly memoryBacking?: string;
  readonly commandline?: string;
  /** Below <os>. */
  readonly os?: string;
  /** Below <domain>. */
  readonly tuning?: string;
}

/** The lab's own arguments: see docs/decisions/0006. */
export const oddMemory = `<qemu:commandline>
    <qemu:arg value='-object'/>
    <qemu:arg value='memory-backend-ram,id=guest.ram,size=131080k'/>
    <qemu:arg value='-machine'/>
    <qemu:arg value='memory-backend=guest.ram'/>
    <qemu:arg value='-m'/>
    <qemu:arg value='131080k'/>
  </qemu:commandline>`;

/** `virsh dumpxml` of the lab's guest while it runs. */
export const definition = (
  parts: DefinitionParts = {},
) => `<domain type='${parts.type ?? "qemu"}' id='1' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>guest</name>
  <uuid>${uuid}</uuid>
  <memory unit='KiB'>${parts.memory ?? "131072"}</memory>
  <currentMemory unit='KiB'>${parts.memory ?? "131072"}</currentMemory>
  ${parts.memoryBacking ?? ""}
  <vcpu placement='static'>1</vcpu>
  <resource>
    <partition>/machine</partition>
  </resource>
  <os>
    <type arch='${parts.arch ?? "x86_64"}' machine='${parts.machine ?? "pc-q35-7.2"}'>hvm</type>
    <kernel>${guestFolder}/vmlinux</kernel>
    <initrd>${guestFolder}/initrd.img</initrd>
    <cmdline>console=ttyS0 quiet</cmdline>
    ${parts.os ?? ""}
    <boot dev='hd'/>
  </os>
  ${parts.tuning ?? ""}
  <features>
    <acpi/>
  </features>
  ${parts.cpu ?? "<cpu mode='maximum' check='none' migratable='on'/>"}
  <clock offset='utc'/>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      ${parts.driver ?? "<driver name='qemu' type='qcow2' cache='none'/>"}
      <source file='${disk}' index='1'/>
      <backingStore/>
      <target dev='vda' bus='virtio'/>
      <alias name='virtio-disk0'/>
    </disk>
    <interface type='bridge'>
      <mac address='52:54:00:77:00:50'/>
      <source bridge='br0'/>
      <target dev='vnet0'/>
      <model type='virtio'/>
    </interface>
    <serial type='pty'>
      <source path='/dev/pts/0'/>
      <target type='isa-serial' port='0'/>
    </serial>
    ${parts.devices ?? ""}
  </devices>
  ${parts.commandline ?? oddMemory}
</domain>

`;

export const kernel = (changed: { vendor?: string; flags?: string; availableKiB?: number } = {}) =>
  `MemTotal:         984068 kB
MemFree:          593292 kB
MemAvailable:     ${changed.availableKiB ?? 752940} kB
Buffers:            7060 kB
HugePages_Total:       4
HugePages_Free:        3
Hugepagesize:       2048 kB
DirectMap4k:       69484 kB
processor\t: 0
vendor_id\t: ${changed.vendor ?? "AuthenticAMD"}
cpu family\t: 15
model\t\t: 107
model name\t: QEMU Virtual CPU version 2.5+
stepping\t: 1
microcode\t: 0x1000065
flags\t\t: ${changed.flags ?? "fpu de pse tsc msr pae nx lm rep_good nopl cpuid extd_apicid hypervisor svm aes"}
bugs\t\t: fxsave_leak sysret_ss_attrs
power management:

`;

export const emulator = "/usr/bin/qemu-system-x86_64";

/** virsh secret-list. */
export const secrets = (rows = "") => ` UUID                                   Usage
-------------------------------------------------------------------
${rows}
`;

/** virsh nwfilter-list. */
export const filters = ` UUID                                   Name
------------------------------------------------------------------
 0b9b1d8c-2f2f-4b0a-9a56-6f1cbbcf9fbe   clean-traffic
 4f1bdc0d-6a4c-4c4b-8a6c-1e9ed1a1ab90   no-mac-spoofing

`;

export const addresses = (
  address: string,
) => `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever
3: br0    inet ${address}/24 brd 10.77.0.255 scope global br0\\       valid_lft forever preferred_lft forever
3: br0    inet6 fe80::5054:ff:fe77:b/64 scope link \\       valid_lft forever preferred_lft forever
`;

export const getent = (address: string, name: string) => `${address}      STREAM ${name}
${address}      DGRAM  
${address}      RAW    
`;

export const chain = `[
    {
        "virtual-size": 268435456,
        "filename": "${disk}",
        "cluster-size": 65536,
        "format": "qcow2",
        "actual-size": 1384448,
        "format-specific": {
            "type": "qcow2",
            "data": { "compat": "1.1", "corrupt": false }
        },
        "dirty-flag": false
    }
]
`;

export const space = (type = "nfs4") => `File                    Type     Avail Filesystem      Mounted on
/etc/libvirt            ext4   1883412 /dev/vda1       /
/var/lib/libvirt/qemu   ext4   1883412 /dev/vda1       /
/var/log/libvirt        ext4   1883412 /dev/vda1       /
/run                    tmpfs    98000 tmpfs           /run
${guestFolder} ${type}    812032 nfs:/migration  ${imagesFolder}
`;
