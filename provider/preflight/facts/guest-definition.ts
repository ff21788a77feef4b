import { unknownElements } from "../elements/unknown-elements";
import { diskOf, type GuestDisk } from "./guest-disk";
import { type HostReferences, hostReferences } from "./host-references";
import { type ListeningEnd, listeningEnds } from "./listening";
import { inKiB } from "./memory-size";
import { migrationBlockers } from "./migration-blockers";
import { type NeededPath, neededPaths } from "./needed-paths";
import { isBehindNetwork } from "./network-source";
import { unmovableDevices } from "./unmovable-devices";
import { readXml, type XmlElement } from "./xml-element";

/** How a network interface of the guest is joined to its host. */
export interface GuestInterface {
  readonly kind: "bridge" | "switch" | "network" | "device";
  /** Name of the bridge, of the switch that is no bridge of the kernel's (Open vSwitch), of libvirt's network, or of the host's network device. */
  readonly to: string;
}

/** What the rules need of the guest's live definition (`virsh dumpxml` on the source). */
export interface GuestDefinition {
  readonly name: string;
  readonly uuid: string;
  /** `kvm`, or `qemu` for an emulated guest. */
  readonly type: string;
  readonly arch: string;
  readonly machine: string;
  /** The path of its QEMU, the same on each host. */
  readonly emulator: string;
  /** What libvirt gives it. */
  readonly memoryKiB: number;
  /** What QEMU really gives it: `-m` of its own arguments stands above libvirt's figure. */
  readonly ramKiB: number;
  readonly hugePages: boolean;
  readonly cpu: {
    /** `custom` (a model by name), `host-passthrough`, `maximum` …; undefined when the definition says nothing. */
    readonly mode: string | undefined;
    /** The element as libvirt can compare it by itself. */
    readonly xml: string;
  };
  /** With the firmware's variables where these lie on a server: they are as a disk of the kind. */
  readonly disks: readonly GuestDisk[];
  /** Kernel, initrd and firmware, which QEMU opens on the target as it did on the source. */
  readonly bootFiles: readonly string[];
  readonly interfaces: readonly GuestInterface[];
  /** What it has of its host's own, in words. */
  readonly unmovable: readonly string[];
  /** What libvirt or QEMU does not move, whatever the hosts are, in words. */
  readonly blockers: readonly string[];
  /** What must be on the target by path, beside disks and boot files. */
  readonly paths: readonly NeededPath[];
  readonly listens: readonly ListeningEnd[];
  readonly references: HostReferences;
  /** What it has that the element table does not know, by its path. */
  readonly unknown: readonly string[];
}

/** Reads the live definition; undefined when the text is none. */
export function parseGuestDefinition(text: string | undefined): GuestDefinition | undefined {
  const domain = readXml(text ?? "");
  if (domain?.name !== "domain") return undefined;
  const type = domain.at("os", "type");
  const memoryKiB = inKiB(domain.at("memory").text, domain.at("memory").attribute("unit") ?? "KiB") ?? 0;
  return {
    name: domain.at("name").text,
    uuid: domain.at("uuid").text,
    type: domain.attribute("type") ?? "",
    arch: type.attribute("arch") ?? "",
    machine: type.attribute("machine") ?? "",
    emulator: domain.at("devices", "emulator").text,
    memoryKiB,
    ramKiB: ramOfArguments(domain) ?? memoryKiB,
    hugePages: domain.at("memoryBacking", "hugepages").exists,
    cpu: { mode: domain.at("cpu").attribute("mode"), xml: cpuXml(text ?? "") },
    disks: [...domain.at("devices").all("disk"), ...domain.at("os").all("nvram").filter(isBehindNetwork)].map(
      diskOf,
    ),
    bootFiles: ["kernel", "initrd", "dtb", "loader"].flatMap((name) => domain.at("os", name).text || []),
    interfaces: [
      ...domain.at("devices").all("interface").flatMap(interfaceOf),
      ...domain.at("devices").all("graphics").flatMap(networksOfScreen),
    ],
    unmovable: unmovableDevices(domain.at("devices")),
    blockers: migrationBlockers(domain),
    paths: neededPaths(domain),
    listens: listeningEnds(domain.at("devices")),
    references: hostReferences(domain),
    unknown: unknownElements(domain),
  };
}

function ramOfArguments(domain: XmlElement): number | undefined {
  const given = domain
    .at("qemu:commandline")
    .all("qemu:arg")
    .map((argument) => argument.attribute("value") ?? "");
  const size = given[given.lastIndexOf("-m") + 1]?.split(",")[0]?.replace(/^size=/, "");
  const match = given.includes("-m") ? /^(\d+)([kMGT]?)/i.exec(size ?? "") : null;
  // QEMU's own unit is MiB where none is written.
  return match?.[1] ? inKiB(match[1], `${(match[2] || "M").toUpperCase()}iB`) : undefined;
}

/**
 * Without topoext: libvirt gives it to every host-model guest of an AMD host, and QEMU takes it from every KVM, but lists it for none; so a
 * comparison calls it missing on the very host that the guest runs on.
 */
function cpuXml(text: string): string {
  const cpu = /<cpu\b[^>]*\/>|<cpu\b[\s\S]*?<\/cpu>/.exec(text)?.[0] ?? "";
  return cpu.replace(/\s*<feature\b[^>]*\bname=(["'])topoext\1[^>]*\/>/g, "");
}

function interfaceOf(element: XmlElement): GuestInterface[] {
  const source = element.at("source");
  const named = (kind: GuestInterface["kind"], to: string | undefined) => (to ? [{ kind, to }] : []);
  switch (element.attribute("type")) {
    case "bridge":
      return named(isSwitch(element) ? "switch" : "bridge", source.attribute("bridge"));
    case "network":
      return named("network", source.attribute("network"));
    case "direct":
      return named("device", source.attribute("dev"));
    case "ethernet":
      // A tap that somebody else made, and makes on the target.
      return element.at("target").attribute("managed") === "no"
        ? named("device", element.at("target").attribute("dev"))
        : [];
    default:
      return [];
  }
}

/** By the kind of its port: libvirt joins it to Open vSwitch, whose bridges the kernel shows as mere devices. */
function isSwitch(element: XmlElement): boolean {
  return ["openvswitch", "midonet"].includes(element.at("virtualport").attribute("type") ?? "");
}

/** A screen may listen on the address of a network of libvirt's. */
function networksOfScreen(graphics: XmlElement): GuestInterface[] {
  return graphics.all("listen").flatMap((listen) => {
    const to = listen.attribute("network");
    return to === undefined ? [] : [{ kind: "network" as const, to }];
  });
}
