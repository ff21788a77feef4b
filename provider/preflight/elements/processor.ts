import type { ElementArea } from "./element-row";

export const processor: ElementArea = {
  title: "Processor, memory and NUMA",
  checked: [
    {
      elements: ["cpu@*", "cpu/{model,vendor,feature,maxphysaddr,cache}/**"],
      matters: "the guest goes on with the processor that it has seen",
      fact: "hypervisor-cpu-compare, or the flags of both hosts",
      on: "both",
      rule: "cpu-compatible",
      remedy: "choose a target like the source, or a processor that both have",
    },
    {
      elements: ["{memory,currentMemory,maxMemory}@*", "memoryBacking/hugepages/**"],
      matters: "the target must have it free, of the kind that is asked for",
      fact: "/proc/meminfo",
      on: "target",
      rule: "memory-free",
      remedy: "move or stop another guest, or sysctl vm.nr_hugepages",
    },
    {
      elements: [
        "vcpu@cpuset",
        "cputune/{vcpupin,emulatorpin,iothreadpin}@cpuset",
        "numatune/{memory,memnode}@nodeset",
        "devices/memory/source/nodemask",
        "devices/controller/target/node",
      ],
      matters:
        "processors and NUMA nodes of the host by number: libvirt refuses to start the guest where one is missing",
      fact: "/sys/devices/system/cpu/online, node/online",
      on: "target",
      rule: "pins-exist",
      remedy: "virsh vcpupin, emulatorpin, numatune with numbers that the target has",
    },
    {
      elements: ["cputune/{cachetune,memorytune}/**"],
      matters: "shares of the processor's cache, given by the kernel's resctrl",
      fact: "[ -e /sys/fs/resctrl/schemata ]",
      on: "target",
      rule: "paths-exist",
      remedy: "mount -t resctrl resctrl /sys/fs/resctrl",
    },
    {
      elements: ["blkiotune/device/path", "devices/memory/source/path"],
      matters: "devices and files of the host by path",
      fact: "[ -e PATH ]",
      on: "target",
      rule: "paths-exist",
      remedy: "make the path there, or take the element out",
    },
    {
      elements: [
        "devices/memory@model",
        "launchSecurity/**",
        "cpu@migratable=off",
        "cpu/feature@name,policy",
        "clock/timer@frequency",
        "features/hyperv@mode",
      ],
      matters:
        "QEMU moves no guest whose memory is encrypted or in an SGX enclave, nor one whose processor has what is not to be migrated (invtsc without a frequency, hv-passthrough)",
      fact: "the definition",
      on: "source",
      rule: "migration-not-blocked",
      remedy: "shut the guest down and start it on the target",
    },
  ],
  harmless: [
    {
      elements: [
        "vcpu@placement,current",
        "vcpus/**",
        "cpu/topology@*",
        "cpu/numa/**",
        "{iothreads,iothreadids,defaultiothread}/**",
        "devices/memory",
        "devices/memory/source",
        "devices/memory@access,discard,dynamicMemslots",
        "devices/memory/{alias,address,acpi,target,uuid}/**",
        "devices/memory/source/{alignsize,pagesize,pmem}/**",
      ],
      because:
        "how the guest's processors and memory are laid out: part of the definition that libvirt gives to the target",
    },
    {
      elements: [
        "cputune",
        "cputune/{shares,period,quota,global_period,global_quota,emulator_period,emulator_quota,iothread_period,iothread_quota}/**",
        "cputune/{vcpusched,emulatorsched,iothreadsched}/**",
        "cputune/vcpupin@vcpu",
        "cputune/iothreadpin@iothread",
        "{memtune,resource}/**",
        "blkiotune",
        "blkiotune/weight",
        "blkiotune/device",
        "blkiotune/device/{weight,read_bytes_sec,read_iops_sec,write_bytes_sec,write_iops_sec}/**",
        "numatune",
        "numatune/memory@mode,placement",
        "numatune/memnode@cellid,mode",
      ],
      because:
        "limits and shares that libvirt sets on the target as on the source, in groups that it makes there",
    },
    {
      elements: ["memoryBacking", "memoryBacking/{access,allocation,discard,locked,nosharepages,source}/**"],
      because:
        "how QEMU asks the kernel for memory, which every host does alike; a host that cannot refuses before the guest leaves",
    },
  ],
};
