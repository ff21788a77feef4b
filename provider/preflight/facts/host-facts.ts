import { type DomainDisks, parseDomainDisks } from "../../host/domain-disks";
import type { DomainIdentity } from "../../host/domain-name";
import { linesOf } from "../../host/sections";
import { parseDomains } from "../../host/virsh-text";
import { type GuestType, parseCapabilities } from "./capabilities";
import { type Listener, parseListeners } from "./listening";
import { inKiB } from "./memory-size";
import { type NameLookup, parseNameLookup } from "./name-lookup";
import { numbersIn } from "./number-list";
import { parseVersion, type Version } from "./version";

/** How far a host's clock is from this machine's. */
export interface ClockOffset {
  readonly ms: number;
  /** Half the time that asking took: the truth is no further away than this. */
  readonly uncertaintyMs: number;
}

/** What one host says of itself in one look. */
export interface HostFacts {
  readonly host: string;
  /** Of the kernel that runs: no other machine has the same. Empty where it is not told. */
  readonly bootId: string;
  /** All domains there, running or not. */
  readonly domains: readonly DomainIdentity[];
  readonly disks: readonly DomainDisks[];
  /** `QEMU`: what libvirt there drives. */
  readonly hypervisor: string;
  readonly hypervisorVersion: Version | undefined;
  readonly libvirtVersion: Version | undefined;
  /** Where libvirt there lets others send memory to: its setting, else the name that it has for its host. */
  readonly migrationName: string;
  readonly ports: { readonly first: number; readonly last: number };
  /** The host's own, as libvirt names it: `x86_64`. */
  readonly arch: string;
  readonly guestTypes: readonly GuestType[];
  readonly cpu: {
    readonly vendor: string;
    readonly model: string;
    /** Undefined where the kernel lists none. */
    readonly flags: ReadonlySet<string> | undefined;
  };
  readonly memory: { readonly availableKiB: number; readonly hugePagesFreeKiB: number };
  readonly addresses: readonly string[];
  /** Where the other host's name leads to from here; empty: nowhere. */
  readonly otherResolvesTo: readonly string[];
  readonly lookup: NameLookup;
  readonly bridges: ReadonlySet<string>;
  readonly networkDevices: ReadonlySet<string>;
  /** libvirt's networks that are up. */
  readonly networks: ReadonlySet<string>;
  /** Folders that its libvirt is told to take for shared (shared_filesystems). */
  readonly sharedFolders: readonly string[];
  /** libvirt's UUID of the host; empty where it is not told. */
  readonly uuid: string;
  readonly securityModels: readonly string[];
  /** Secrets of libvirt's, each by its UUID and by kind and usage; undefined where it lists none. */
  readonly secrets: ReadonlySet<string> | undefined;
  /** Its network filters by name; undefined where it lists none. */
  readonly filters: ReadonlySet<string> | undefined;
  /** Processors and NUMA nodes that are on, by number. */
  readonly cpus: ReadonlySet<number>;
  readonly nodes: ReadonlySet<number>;
  readonly hasSwtpm: boolean;
  readonly listeners: readonly Listener[];
  readonly clock: ClockOffset | undefined;
}

/** Reads the answer of a look at one host, as far as it concerns a move between it and `other`. */
export function parseHostFacts(
  host: string,
  other: string,
  sections: ReadonlyMap<string, string>,
  clock: ClockOffset | undefined,
): HostFacts {
  const version = sections.get("version") ?? "";
  const hypervisor = /Running hypervisor:\s*(\S+)\s+([\d.]+)/.exec(version);
  const devices = linesOf(sections.get("devices")).map((line) => line.split(" "));
  const named = (kind?: string) =>
    new Set(devices.flatMap(([what, name]) => (name && (!kind || what === kind) ? [name] : [])));
  return {
    host,
    bootId: linesOf(sections.get("boot"))[0] ?? "",
    domains: parseDomains(sections.get("domains")),
    disks: parseDomainDisks(sections.get("disks")),
    hypervisor: hypervisor?.[1] ?? "",
    hypervisorVersion: parseVersion(hypervisor?.[2]),
    libvirtVersion: libvirtVersionOf(version),
    ...receptionOf(sections),
    ...parseCapabilities(sections.get("capabilities")),
    cpu: cpuOf(sections.get("kernel")),
    memory: memoryOf(sections.get("kernel")),
    addresses: addressesOf(sections.get("addresses")),
    otherResolvesTo: resolvedAddresses(sections.get(`other ${other}`)),
    lookup: parseNameLookup(other, sections),
    bridges: named("bridge"),
    networkDevices: named(),
    networks: new Set(linesOf(sections.get("networks"))),
    sharedFolders: sharedFoldersOf(sections.get("qemu.conf")),
    secrets: setOf(
      rowsOf(sections.get("secrets"))?.flatMap(([uuid = "", ...usage]) => [uuid, usage.join(" ")]),
    ),
    filters: setOf(rowsOf(sections.get("filters"))?.map(([, name]) => name ?? "")),
    cpus: new Set(numbersIn(linesOf(sections.get("online"))[0])),
    nodes: new Set(numbersIn(linesOf(sections.get("online"))[1])),
    hasSwtpm: linesOf(sections.get("swtpm")).length > 0,
    listeners: parseListeners(sections.get("listeners")),
    clock,
  };
}

/** The rows of a table of virsh's that has no other form, as columns: undefined where there is no table. The last column may have blanks in it. */
function rowsOf(section: string | undefined): string[][] | undefined {
  const lines = linesOf(section);
  const start = lines.findIndex((line) => /^-+$/.test(line));
  if (start < 0) return undefined;
  return lines.slice(start + 1).map((line) => {
    const [, first = "", second = "", rest = ""] = /^(\S+)\s+(\S+)\s*(.*)$/.exec(line) ?? [];
    return [first, second, rest];
  });
}

function setOf(values: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return values && new Set(values);
}

/** Where a host's libvirt lets others send memory to. */
export function receptionOf(
  sections: ReadonlyMap<string, string>,
): Pick<HostFacts, "migrationName" | "ports"> {
  const settings = settingsOf(sections.get("qemu.conf"));
  const port = (key: string, usual: number) => Number(settings.get(key) ?? usual);
  return {
    migrationName: settings.get("migration_host") ?? linesOf(sections.get("hostname"))[0] ?? "",
    ports: { first: port("migration_port_min", 49_152), last: port("migration_port_max", 49_215) },
  };
}

/** The daemon does the work; the library beside it is as old as it, or close. */
export function libvirtVersionOf(text: string): Version | undefined {
  const daemon =
    /Running against daemon:\s*([\d.]+)/.exec(text) ?? /Using library: libvirt\s*([\d.]+)/.exec(text);
  return parseVersion(daemon?.[1]);
}

/** Lines of qemu.conf that are no comments: `migration_host = "target"`. */
function settingsOf(section: string | undefined): ReadonlyMap<string, string> {
  const pairs = linesOf(section).flatMap((line) => {
    const match = /^(\w+)\s*=\s*"?([^"#]*?)"?\s*(?:#.*)?$/.exec(line);
    return match?.[1] && match[2] ? [[match[1], match[2]] as const] : [];
  });
  return new Map(pairs);
}

/** `shared_filesystems = [ "/data", … ]`, over several lines perhaps. */
function sharedFoldersOf(section: string | undefined): string[] {
  const list = /^\s*shared_filesystems\s*=\s*\[([^\]]*)\]/m.exec(section ?? "")?.[1] ?? "";
  return [...list.matchAll(/"(\/[^"]*)"/g)].map((match) => match[1] ?? "");
}

/** The kernel's tables (/proc/meminfo, one processor of /proc/cpuinfo) have one form: `key : value`. */
function kernelFields(section: string | undefined): ReadonlyMap<string, string> {
  const pairs = [...(section ?? "").matchAll(/^([^:\n]+?)\s*:[ \t]*(.*?)[ \t]*$/gm)];
  return new Map(pairs.map((match) => [match[1] ?? "", match[2] ?? ""]));
}

function cpuOf(section: string | undefined): HostFacts["cpu"] {
  const fields = kernelFields(section);
  const flags = fields.get("flags") ?? fields.get("Features");
  return {
    vendor: fields.get("vendor_id") ?? fields.get("CPU implementer") ?? "",
    model: fields.get("model name") ?? fields.get("CPU part") ?? "",
    flags: flags === undefined ? undefined : new Set(flags.split(" ")),
  };
}

/** `/proc/meminfo`; zeros where it was not read. */
export function memoryOf(section: string | undefined): HostFacts["memory"] {
  const fields = kernelFields(section);
  const size = (key: string) => inKiB(...amountAndUnit(fields.get(key))) ?? 0;
  return {
    availableKiB: size("MemAvailable"),
    hugePagesFreeKiB: Number(fields.get("HugePages_Free") ?? 0) * size("Hugepagesize"),
  };
}

function amountAndUnit(text: string | undefined): [string | undefined, string] {
  const [amount, unit] = (text ?? "").split(" ");
  return [amount, unit ?? "KiB"];
}

/** `ip -o addr`: all that are not the loopback's. */
function addressesOf(section: string | undefined): string[] {
  return linesOf(section).flatMap((line) => {
    const match = /^\d+:\s+(\S+)\s+inet6?\s+([0-9a-fA-F.:]+)/.exec(line);
    return match?.[2] && match[1] !== "lo" ? [match[2]] : [];
  });
}

/** `getent ahosts`: each address once. */
export function resolvedAddresses(section: string | undefined): string[] {
  return [...new Set(linesOf(section).flatMap((line) => line.split(/\s+/)[0] ?? []))];
}
