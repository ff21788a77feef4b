import { linesOf } from "../../host/sections";
import type { BlockDevice } from "./block-devices";
import { inKiB } from "./memory-size";
import type { FileOnVolume } from "./mounted-volumes";
import { type NetworkOnHost, nothingAsked } from "./network-disks";

/** The file system that a folder lies on. */
export interface FileSystem {
  readonly type: string;
  readonly availableKiB: number;
  /** `nfs:/migration`, `/dev/vda1`. */
  readonly mounted: string;
  readonly mountPoint: string;
}

/** What became of a token in a folder: on the source it is written, on the target it is read and removed. */
export type TokenState = "written" | "refused" | "seen" | "absent" | "no folder";

export interface StorageOnHost {
  /** By folder. Undefined when the host did not answer in time: a share that has gone makes every access wait. */
  readonly tokens: ReadonlyMap<string, TokenState> | undefined;
  /** Folders where the token could not be removed again. */
  readonly kept: readonly string[];
  readonly fileSystems: ReadonlyMap<string, FileSystem>;
  /** What the host may do with a file, as letters: `e` it is there, `r` read, `w` write, `b` it is a block device. */
  readonly files: ReadonlyMap<string, string>;
  /** `qemu-img info --backing-chain` of each disk that is built upon others; none where there is no qemu-img. */
  readonly chains: ReadonlyMap<string, ImageChain>;
  /** What can be said of the content of files that the guest only reads, by path; none of one that is not there. */
  readonly contents: ReadonlyMap<string, string>;
  /** The guest's block devices, by the path that its definition has. */
  readonly blocks: ReadonlyMap<string, BlockDevice>;
  /** What was asked of the servers that QEMU goes to by itself. */
  readonly network: NetworkOnHost;
  /** Those of the guest's files that lie on a volume of GlusterFS. */
  readonly volumes: ReadonlyMap<string, FileOnVolume>;
}

/** What is asked apart from the folders and files, because no share can keep it waiting, or by a script that gives up itself. */
export type AskedApart = Pick<StorageOnHost, "blocks" | "contents" | "network" | "volumes">;

/** A disk's file and those that it is built upon, the first the disk's own. */
export interface ImageChain {
  readonly images: readonly { readonly path: string; readonly format: string; readonly actualKiB: number }[];
  /** Why it could not be read; empty when it could. */
  readonly trouble: string;
}

export interface StorageFacts {
  readonly source: StorageOnHost;
  readonly target: StorageOnHost;
}

const nothingApart: AskedApart = {
  blocks: new Map(),
  contents: new Map(),
  network: nothingAsked,
  volumes: new Map(),
};

/** What is known of a host that did not answer. */
export const silentStorage: StorageOnHost = {
  tokens: undefined,
  kept: [],
  fileSystems: new Map(),
  files: new Map(),
  chains: new Map(),
  ...nothingApart,
};

/** Reads what a host says of the folders and files of the guest's disks. */
export function parseStorage(
  sections: ReadonlyMap<string, string>,
  apart: AskedApart = nothingApart,
): StorageOnHost {
  const states = ["written", "refused", "seen", "absent", "no folder"] as const;
  const tokens = linesOf(sections.get("tokens")).flatMap((line) => {
    const state = states.find((word) => line.startsWith(`${word} /`));
    return state ? [[line.slice(state.length + 1), state] as const] : [];
  });
  const kept = linesOf(sections.get("tokens")).filter((line) => line.startsWith("kept /"));
  return {
    tokens: new Map(tokens),
    kept: kept.map((line) => line.slice(5)),
    fileSystems: parseFileSystems(sections.get("space")),
    files: new Map(
      linesOf(sections.get("files")).map((line) => [line.slice(line.indexOf("/")), line.split(" ")[0] ?? ""]),
    ),
    chains: new Map(
      [...sections].flatMap(([name, text]) =>
        name.startsWith("chain /") ? [[name.slice(6), parseChain(text)] as const] : [],
      ),
    ),
    ...apart,
  };
}

/** Reads what inspectContents tells: size, sum, path. */
export function parseContents(section: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    linesOf(section).flatMap((line) => {
      const [, content, path] = /^(\d+ [0-9a-f]+) (\/.*)$/.exec(line) ?? [];
      return content && path ? [[path, content] as const] : [];
    }),
  );
}

/** Whether both hosts have the same content at a path, as far as size and beginning tell. */
export function sameContent(path: string, { source, target }: StorageFacts): boolean {
  const here = source.contents.get(path);
  return here !== undefined && here === target.contents.get(path);
}

/** `df --output=file,fstype,avail,source,target -k`: a line for each folder that is there. */
function parseFileSystems(section: string | undefined): ReadonlyMap<string, FileSystem> {
  const rows = linesOf(section).flatMap((line) => {
    const match = /^(\/.*?)\s+(\S+)\s+(\d+)\s+(\S+)\s+(\/.*)$/.exec(line);
    const [, folder, type, available, mounted, mountPoint] = match ?? [];
    return folder && type && mounted && mountPoint
      ? [[folder, { type, availableKiB: Number(available), mounted, mountPoint }] as const]
      : [];
  });
  return new Map(rows);
}

/** QEMU's JSON, or its complaint: both come here. */
function parseChain(text: string): ImageChain {
  const start = text.search(/^\[/m);
  if (start < 0) return { images: [], trouble: text.trim().replace(/\s*\n\s*/g, "; ") };
  try {
    const list: unknown = JSON.parse(text.slice(start));
    const images = (Array.isArray(list) ? list : []).map((image: Record<string, unknown>) => ({
      path: String(image.filename),
      format: String(image.format),
      actualKiB: inKiB(String(image["actual-size"] ?? 0), "bytes") ?? 0,
    }));
    return { images, trouble: "" };
  } catch (error) {
    return { images: [], trouble: `qemu-img's answer is not whole: ${String(error)}` };
  }
}
