import type { DiskComplaint } from "./disk-complaint";
import { type NetworkSource, networkSourcesOf, type SecretReference, secretsOf } from "./network-source";
import type { XmlElement } from "./xml-element";

/** A volume of a pool of libvirt's. */
export interface VolumeName {
  readonly pool: string;
  readonly name: string;
}

/** One disk of the guest, or one drive. */
export interface GuestDisk {
  /** What the guest calls it: `vda`; `nvram` are the firmware's variables. */
  readonly name: string;
  readonly device: "disk" | "cdrom" | "floppy" | "lun";
  /** Where its content is: `file`, `block`, `network` …; `volume` until both hosts have said what that is; `none` is a drive with nothing in it. */
  readonly kind: string;
  /** Path of the file or block device; of other kinds a name for people. */
  readonly path: string;
  /** What it is in its definition, where that is a volume of a pool which is a file or device of the host's. */
  readonly volume?: VolumeName | undefined;
  /** Why it is not known what that is on both hosts. */
  readonly trouble?: DiskComplaint | undefined;
  readonly format: string;
  /** libvirt's word; undefined leaves the choice to QEMU, which takes writeback. */
  readonly cache: string | undefined;
  readonly readonly: boolean;
  readonly shareable: boolean;
  /** Whether libvirt leaves the medium out where the target does not have it. */
  readonly optional: boolean;
  /** Whether libvirt copies it, or commits it, right now. */
  readonly mirrored: boolean;
  /** The files that its own is built upon, as the running QEMU has them open. */
  readonly backing: readonly string[];
  /** What of it QEMU fetches from a server by itself: it, and what it is built upon. */
  readonly network: readonly NetworkSource[];
  /** What libvirt on its host must have to open it. */
  readonly secrets: readonly SecretReference[];
}

export function diskOf(element: XmlElement): GuestDisk {
  const source = element.at("source");
  const path = source.attribute("file") ?? source.attribute("dev") ?? "";
  const [pool, volume] = [source.attribute("pool"), source.attribute("volume")];
  const inPool = [pool, volume].filter(Boolean).join("/");
  const name = path || inPool || [source.attribute("protocol"), source.attribute("name")].join(":");
  const device = element.attribute("device");
  return {
    name: element.at("target").attribute("dev") ?? element.name,
    device: device === "cdrom" || device === "floppy" || device === "lun" ? device : "disk",
    kind: source.attributes.size > 0 ? (element.attribute("type") ?? "file") : "none",
    path: name,
    // By `direct` QEMU goes to the pool's server by itself.
    ...(pool && volume && source.attribute("mode") !== "direct" ? { volume: { pool, name: volume } } : {}),
    format: element.at("driver").attribute("type") ?? "raw",
    cache: element.at("driver").attribute("cache"),
    readonly: element.at("readonly").exists || device === "cdrom",
    shareable: element.at("shareable").exists,
    optional: ["optional", "requisite"].includes(source.attribute("startupPolicy") ?? ""),
    mirrored: element.at("mirror").exists,
    backing: backingOf(element.at("backingStore")),
    network: networkSourcesOf(element),
    secrets: secretsOf(element),
  };
}

function backingOf(store: XmlElement): string[] {
  const file = store.at("source").attribute("file");
  return file ? [file, ...backingOf(store.at("backingStore"))] : [];
}

/** The folder of a path. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 1));
}

/** The folders in which the guest's disks lie that it writes, each once. */
export function foldersOf(disks: readonly GuestDisk[]): string[] {
  const files = disks.filter(({ kind, readonly }) => kind === "file" && !readonly);
  return [...new Set(files.map(({ path }) => folderOf(path)))];
}

/** Files that the guest only reads: it is enough that both hosts have the same content. */
export function readOnlyFiles(disks: readonly GuestDisk[]): string[] {
  return disks.flatMap(({ kind, readonly, path }) => (kind === "file" && readonly ? [path] : []));
}

/** A medium in a drive, and nothing that the guest keeps its data on. */
export function isMedium({ device }: GuestDisk): boolean {
  return device === "cdrom" || device === "floppy";
}
