import type { ElementArea } from "./element-row";

/** Where a source may stand: a disk's own, what it is built upon, and what it is copied to. */
const sources = "devices/disk/{source,backingStore/source}";

export const storage: ElementArea = {
  title: "Disks",
  checked: [
    {
      elements: [
        "devices/disk@type=file|block|dir|nvme|vhostuser|vhostvdpa,device",
        "devices/disk/source@file,dev,dir",
        `${sources}@type,namespace,managed,path`,
        `${sources}/address/**`,
      ],
      matters: "the disk's content is outside of the guest, and must be the same for both hosts",
      fact: "a token through the folder of each file; wwid and size of each block device; size and beginning of what is only read",
      on: "both",
      rule: "shared-storage",
      remedy: "put the disks on a share that both hosts mount at the same path, or have the move copy them",
    },
    {
      elements: ["devices/disk/shareable"],
      matters: "a disk that is not declared to be shared belongs to one guest that runs",
      fact: "virsh domstats --block",
      on: "both",
      rule: "disks-exclusive",
      remedy: "give the other guest a disk of its own",
    },
    {
      elements: ["devices/disk/driver@cache", "devices/disk/readonly"],
      matters:
        "what the source's memory holds of a disk, the target does not see; and libvirt takes only some file systems for shared",
      fact: "the mode, the file system, QEMU's version",
      on: "source",
      rule: "cache-mode",
      remedy: "cache='none'; a disk that is only read has nothing to write back",
    },
    {
      elements: [
        "devices/disk/driver@name,type",
        "devices/disk/backingStore@type,index",
        "devices/disk/backingStore/source@file,dev,dir",
        "devices/disk/backingStore/format@type",
      ],
      matters: "QEMU on the target opens the disk with everything that it is built upon",
      fact: "[ -r FILE ] and qemu-img info --backing-chain",
      on: "target",
      rule: "files-visible",
      remedy: "put the missing file on the share, or copy one that is only read",
    },
    {
      elements: ["devices/disk@type=volume", `${sources}@pool,volume,mode`],
      matters: "a volume of a pool: each host's libvirt finds out by itself what is meant",
      fact: "virsh vol-dumpxml: the file or block device that it is on each host, which is then evaluated as such",
      on: "both",
      rule: "shared-storage",
      remedy:
        "the same pool with the same path on both hosts: virsh pool-dumpxml, pool-define, pool-start, pool-refresh",
    },
    {
      elements: [
        "devices/disk@type=network",
        `${sources}@name,query`,
        `${sources}/host@name,transport,socket`,
        `${sources}/{snapshot,initiator}/**`,
      ],
      matters: "the disk is the same one where its server is the same one",
      fact: "the addresses that the server's name leads to; Ceph's cluster",
      on: "both",
      rule: "shared-storage",
      remedy: "let the name lead to the same server on both hosts",
    },
    {
      elements: [`${sources}@protocol`],
      matters: "QEMU on the target needs the driver",
      fact: "the guest's emulator, told to open nothing by that driver",
      on: "target",
      rule: "disk-drivers",
      remedy: "apt-get install qemu-block-extra",
    },
    {
      elements: [`${sources}/host@port`],
      matters: "QEMU on the target connects to the server by itself",
      fact: "a connection; an NBD server's greeting",
      on: "target",
      rule: "disk-servers",
      remedy: "let the target through to the server",
    },
    {
      elements: [`${sources}/{config,identity,knownHosts}/**`],
      matters: "files of the host: Ceph's configuration, a key, known hosts",
      fact: "[ -r FILE ]",
      on: "target",
      rule: "files-visible",
      remedy: "copy them to the same path",
    },
    {
      elements: [`${sources}@startupPolicy`, "devices/disk@device=cdrom|floppy"],
      matters: "a medium that the target may lack; one that may be missing is left out by libvirt",
      fact: "size and beginning of the medium",
      on: "both",
      rule: "movable-devices",
      remedy: "virsh change-media --eject, virsh detach-device",
    },
    {
      elements: [
        "devices/disk/auth/**",
        `${sources}/auth/**`,
        `${sources}@tls,tlsHostname`,
        "devices/disk/encryption/**",
        `${sources}/encryption/**`,
        "devices/disk/backingStore/encryption/**",
      ],
      matters: "login and key are secrets of the host's libvirt; TLS needs the authority's certificate",
      fact: "virsh secret-get-value, its output thrown away; ca-cert.pem",
      on: "target",
      rule: "disk-secrets",
      remedy: "virsh secret-define with the source's secret-dumpxml, and secret-set-value",
    },
    {
      elements: [`${sources}/reservations/**`],
      matters: "the socket of a helper for SCSI reservations",
      fact: "the path of an unmanaged helper's socket",
      on: "target",
      rule: "paths-exist",
      remedy: "start qemu-pr-helper there",
    },
    {
      elements: ["devices/disk/mirror/**"],
      matters: "libvirt moves no guest with an active block job",
      fact: "<mirror> of the live definition, virsh blockjob",
      on: "source",
      rule: "block-jobs-absent",
      remedy: "virsh blockjob GUEST DISK --abort, or --pivot",
    },
    {
      elements: ["devices/disk/transient@*"],
      matters: "libvirt moves no guest with a transient disk",
      fact: "the definition",
      on: "source",
      rule: "migration-not-blocked",
      remedy: "take <transient/> out and start the guest again",
    },
  ],
  harmless: [
    {
      elements: [`${sources}/{ssl,cookies,timeout,readahead,reconnect}/**`],
      because: "how QEMU talks to the server: part of the definition, word for word",
    },
    {
      elements: [
        "devices/disk/{alias,address,acpi,target,serial,wwn,vendor,product,geometry,blockio,boot,iotune,throttlefilters}/**",
        "devices/disk@model,snapshot,rawio,sgio",
        "devices/disk/driver@error_policy,rerror_policy,io,ioeventfd,event_idx,copy_on_read,discard,discard_no_unref,detect_zeroes",
        "devices/disk/driver@iothread,queues,queue_size,iommu,ats,packed,page_per_vq,queue_size",
        "devices/disk/driver/{metadata_cache,iothreads,statistics}/**",
        "devices/disk/backingStore/format/metadata_cache/**",
        "throttlegroups/**",
      ],
      because:
        "what the guest sees of the disk and how QEMU handles it: part of the definition that libvirt gives to the target",
    },
    {
      elements: [
        `${sources}@index,fdgroup`,
        `${sources}/{seclabel,slices,privateData}/**`,
        "devices/disk/privateData/**",
      ],
      because:
        "libvirt's own numbering and labels, made again on the target; a slice is a part of the file that is checked as a whole",
    },
    { elements: ["devices/disk/backenddomain/**"], because: "Xen's; libvirt's QEMU driver has none" },
  ],
};
