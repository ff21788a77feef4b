import type { ElementArea } from "./element-row";

export const machine: ElementArea = {
  title: "Firmware, boot and machine",
  judged: [
    {
      elements: ["@type"],
      matters: "KVM, or an emulator",
      fact: "virsh capabilities",
      on: "target",
      rule: "hypervisor-alike",
      remedy: "load KVM on the target",
    },
    {
      elements: ["os/type@arch"],
      matters: "what the guest is made for",
      fact: "virsh capabilities",
      on: "both",
      rule: "word-size",
      remedy: "choose a target of the same architecture",
    },
    {
      elements: ["os/type@machine", "features/**"],
      matters:
        "the machine as QEMU of that version makes it, with its extensions; a QEMU that does not know one refuses to start",
      fact: "versions and machine types",
      on: "both",
      rule: "version-compatible",
      remedy: "upgrade the target",
    },
    {
      elements: ["os/{kernel,initrd,dtb,shim}", "os/loader"],
      matters: "files that QEMU opens on the target as on the source",
      fact: "[ -r FILE ]",
      on: "target",
      rule: "files-visible",
      remedy: "copy them to the same path, or put them on the share",
    },
    {
      elements: [
        "os/nvram@type",
        "os/nvram/source@file,dev,dir",
        "os/acpi/table",
        "sysinfo/entry@file",
        "devices/emulator",
        "os/varstore@path",
      ],
      matters:
        "paths that the target's QEMU opens or makes; the content of the firmware's variables travels with the memory",
      fact: "[ -e PATH ], or its folder where libvirt makes it",
      on: "target",
      rule: "paths-exist",
      remedy: "make the folder there, or install the same packages",
    },
    {
      elements: [
        "os/nvram/source@protocol,name,tls,tlsHostname,query,pool,volume,mode",
        "os/nvram/source/{host,auth,snapshot,config,initiator,ssl,cookies}/**",
      ],
      matters: "variables of the firmware on a network disk",
      fact: "as of a disk",
      on: "both",
      rule: "network-disk",
      remedy: "as of a disk",
    },
    {
      elements: ["os/nvram/source/encryption/**"],
      matters: "the key is a secret of the host's libvirt",
      fact: "virsh secret-list",
      on: "target",
      rule: "secrets-exist",
      remedy: "virsh secret-define, secret-set-value",
    },
    {
      elements: ["qemu:commandline/qemu:arg@value"],
      matters: "QEMU's own arguments are given to the target as they are; paths in them must be there",
      fact: "[ -e PATH ] of each absolute path",
      on: "target",
      rule: "paths-exist",
      remedy: "put the file there",
    },
  ],
  harmless: [
    {
      elements: ["@id", "name", "uuid", "genid", "title", "description", "metadata/**"],
      because:
        "the guest's identity and notes: name and UUID are judged against the target's guests (name-free, uuid-free), the rest travels along",
    },
    {
      elements: [
        "os@firmware",
        "os/firmware/**",
        "os/loader@*",
        "os/nvram@template,templateFormat,format",
        "os/varstore@template",
        "os/{cmdline,boot,bootmenu,bios,smbios}/**",
        "os/acpi",
        "os/acpi/table@type",
        "sysinfo",
        "sysinfo@type",
        "sysinfo/{bios,system,baseBoard,chassis,oemStrings}/**",
        "sysinfo/entry@name",
      ],
      because:
        "what the guest has seen when it booted: part of its memory by now; a template is for a file that is not there yet",
    },
    {
      elements: [
        "os/nvram/source@index,fdgroup,startupPolicy,type,namespace,managed,path",
        "os/nvram/source/{address,identity,privateData,readahead,reconnect,reservations,seclabel,slices,timeout,knownHosts}/**",
      ],
      because:
        "libvirt's QEMU driver takes variables from a file, a block device or the network only; how they are read is part of the definition",
    },
    {
      elements: [
        "clock@*",
        "clock/timer@name,track,tickpolicy,mode,present",
        "clock/timer/catchup/**",
        "pm/**",
        "perf/**",
        "on_poweroff",
        "on_reboot",
        "on_crash",
        "keywrap/**",
      ],
      because: "the guest's own clock, power states and what libvirt does at its end: part of the definition",
    },
    {
      elements: [
        "qemu:commandline/qemu:env@*",
        "qemu:commandline",
        "qemu:capabilities/**",
        "qemu:deprecation/**",
        "qemu:override/**",
      ],
      because: "said to QEMU on the target as on the source; it refuses to start where it does not know it",
    },
    {
      elements: [
        "os/{init,initarg,initdir,initenv,inituser,initgroup,root}/**",
        "{bootloader,bootloader_args}",
        "idmap/**",
        "{lxc:namespace,bhyve:commandline,xen:commandline,vmware:datacenterpath}/**",
      ],
      because: "other hypervisors' (LXC, Xen, bhyve, VMware); libvirt's QEMU driver has none",
    },
  ],
};
