import type { ElementArea } from "./element-row";

export const network: ElementArea = {
  title: "Network interfaces",
  checked: [
    {
      elements: [
        "devices/interface@type=bridge|network|direct|ethernet",
        "devices/interface/source@bridge,network,portgroup,dev,mode",
        "devices/interface/target@dev,managed",
        "devices/interface/virtualport/**",
      ],
      matters: "the bridge, network or device that the guest is joined to, by its kind",
      fact: "/sys/class/net (Open vSwitch's bridges are devices there), virsh net-list",
      on: "target",
      rule: "networks-exist",
      remedy: "make it on the target under the same name",
    },
    {
      elements: [
        "devices/interface@type=hostdev",
        "devices/interface/source/address/**",
        "devices/interface/teaming@*",
      ],
      matters: "a network card of the host; libvirt moves it only as the transient half of a pair",
      fact: "the definition",
      on: "source",
      rule: "movable-devices",
      remedy: "virsh detach-interface, and attach one of the target's afterwards; or <teaming>",
    },
    {
      elements: ["devices/interface@type=vdpa"],
      matters: "libvirt moves no guest with it",
      fact: "the definition",
      on: "source",
      rule: "migration-not-blocked",
      remedy: "virsh detach-interface before the move",
    },
    {
      elements: [
        "devices/interface@type=vhostuser",
        "devices/interface/source@type,path",
        "devices/interface/source/reconnect@*",
        "devices/interface/{script,downscript}@path",
        "devices/interface/rom@file",
        "devices/interface/backend@tap,vhost,logFile",
      ],
      matters: "sockets, scripts, device nodes and images by path",
      fact: "[ -e PATH ], or its folder where QEMU makes it",
      on: "target",
      rule: "paths-exist",
      remedy: "make the path there, or put the file there",
    },
    {
      elements: [
        "devices/interface@type=server|client|udp|mcast",
        "devices/interface/source@address,port",
        "devices/interface/source/local@*",
      ],
      matters: "addresses and ports of the host that QEMU listens on",
      fact: "ip addr, ports that are taken",
      on: "target",
      rule: "addresses-available",
      remedy: "listen on an address that both hosts have",
    },
    {
      elements: ["devices/interface/filterref/**"],
      matters: "libvirt's filter of that name is the host's",
      fact: "virsh nwfilter-list",
      on: "target",
      rule: "filters-exist",
      remedy: "virsh nwfilter-define with the source's nwfilter-dumpxml",
    },
  ],
  harmless: [
    {
      elements: [
        "devices/interface/{alias,address,acpi,mac,model,boot,link,mtu,coalesce,driver,tune,bandwidth,guest}/**",
        "devices/interface/{vlan,port}/**",
        "devices/interface@managed,trustGuestRxFilters",
        "devices/interface/rom@enabled,bar",
      ],
      because:
        "what the guest sees of the card and how the host handles its tap: part of the definition, set up again by libvirt on the target",
    },
    {
      elements: ["devices/interface/source@portid,macTableManager"],
      because: "libvirt's own note of the running guest, made again on the target",
    },
    {
      elements: [
        "devices/interface@type=user|null",
        "devices/interface/backend@type,hostname,fqdn",
        "devices/interface/portForward/**",
      ],
      because:
        "QEMU's own network needs nothing of the host; it begins again on the target, and its open connections end",
    },
    {
      elements: ["devices/interface/{ip,route}/**", "devices/interface/source/{ip,route}/**"],
      because: "addresses that the guest is told, not the host",
    },
    {
      elements: [
        "devices/interface@type=internal|vds|dummy",
        "devices/interface/source@name,switchid,portgroupid,connectionid",
        "devices/interface/backenddomain/**",
        "devices/interface/source/{vendor,product}/**",
        "devices/interface/source@missing",
      ],
      because: "other hypervisors' (VirtualBox, VMware, Xen); libvirt's QEMU driver has none",
    },
  ],
};
