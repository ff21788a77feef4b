import type { HostConnection } from "../host/host-connection";
import { type Asking, storageTimeoutMs } from "./asking";
import { parseBlocks } from "./facts/block-devices";
import type { GuestDefinition } from "./facts/guest-definition";
import { foldersOf, readOnlyFiles } from "./facts/guest-disk";
import { resolvedAddresses } from "./facts/host-facts";
import { parseVolumes } from "./facts/mounted-volumes";
import type { MoveFacts } from "./facts/move-facts";
import { askedOfBoth, askedOfTarget, parseNetwork } from "./facts/network-disks";
import {
  type AskedApart,
  parseContents,
  parseStorage,
  type StorageOnHost,
  silentStorage,
} from "./facts/storage-facts";
import { inspectBlockDevices } from "./inspect-block-devices";
import { inspectNetworkDisks } from "./inspect-network-disks";
import { inspectVolumes } from "./inspect-volumes";
import { inspectContents, resolveName } from "./inspection-scripts";
import { readTokens, removeTokens, writeTokens } from "./token-scripts";

/** The two hosts of a move. */
interface AskedHosts {
  readonly source: HostConnection;
  readonly target: HostConnection;
}

/** The source writes a token, then the target reads it: in this order, because what was not there once NFS keeps in mind. */
export async function gatherStorage(
  ask: Asking,
  { source, target }: AskedHosts,
  definition: GuestDefinition | undefined,
  migrationName: string,
  mode: MoveFacts["mode"],
): Promise<Pick<MoveFacts, "storage" | "migrationNameResolvesTo">> {
  const all = definition?.disks ?? [];
  // What is sent with the memory of a guest that runs need not be there.
  const state = mode === "offline" ? (definition?.references.stateFiles ?? []) : [];
  const compared = [...readOnlyFiles(all), ...state];
  const disks = all.filter(({ kind }) => kind === "file" || kind === "block");
  const folders = foldersOf(disks);
  // The source's QEMU has it open in its format; only what it is built upon must be looked for.
  const built = disks.filter(({ kind, backing }) => kind === "file" && backing.length > 0);
  const images = built.map(({ path }) => path);
  const files = [
    ...disks.filter((disk) => !built.includes(disk)).map(({ path }) => path),
    ...disks.flatMap(({ backing }) => backing),
    ...all.flatMap(({ network }) => network.flatMap((one) => one.files)),
    ...(definition?.bootFiles ?? []),
    ...(definition?.paths ?? []).map(({ path }) => path),
  ];
  let mayBeLeft = folders;
  try {
    const [apartAtSource, apartAtTarget] = await Promise.all([
      inspectApart(ask, source, definition, askedOfBoth(all), compared),
      inspectApart(ask, target, definition, askedOfTarget(all), compared),
    ]);
    const written = await ask.unlessSilent(source, writeTokens, folders);
    const counts = [String(folders.length), String(images.length)];
    const paths = disks.filter(({ kind }) => kind === "file").map(({ path }) => path);
    const volumes = onVolumes(written, folders) ? paths : [];
    const [read, volumesAtSource, volumesAtTarget, resolved] = await Promise.all([
      ask.unlessSilent(target, readTokens, [...counts, ...folders, ...images, ...files]),
      volumesOf(ask, source, volumes),
      volumesOf(ask, target, volumes),
      // The name that the move goes to was resolved by the look.
      migrationName === target.name ? undefined : ask.unlessSilent(source, resolveName, [migrationName]),
    ]);
    const atSource = storageOf(written, { ...apartAtSource, volumes: volumesAtSource });
    const atTarget = storageOf(read, { ...apartAtTarget, volumes: volumesAtTarget });
    mayBeLeft = folders.filter(
      (folder) => atTarget.tokens?.get(folder) !== "seen" || atTarget.kept.includes(folder),
    );
    return {
      storage: { source: atSource, target: atTarget },
      migrationNameResolvesTo: resolvedAddresses(resolved?.get("resolved")),
    };
  } finally {
    await leaveNoToken(ask, source, mayBeLeft);
  }
}

/**
 * What is proved without writing anything: from the kernel's own files, and from servers within a limit (a host that does not answer
 * here is silent altogether), and from files that are to be the same on both, whose share may be gone.
 */
async function inspectApart(
  ask: Asking,
  host: HostConnection,
  definition: GuestDefinition | undefined,
  asked: readonly string[],
  compared: readonly string[],
): Promise<Omit<AskedApart, "volumes">> {
  const disks = definition?.disks ?? [];
  const blocks = disks.filter(({ kind }) => kind === "block");
  const [devices, contents, network] = await Promise.all([
    ask.unlessNone(
      host,
      inspectBlockDevices,
      blocks.map(({ path }) => path),
    ),
    compared.length === 0 ? undefined : ask.unlessSilent(host, inspectContents, compared),
    ask.unlessNone(host, inspectNetworkDisks, asked, definition?.emulator ?? ""),
  ]);
  return {
    blocks: parseBlocks(devices?.get("blocks")),
    contents: parseContents(contents?.get("contents")),
    network: parseNetwork(network?.get("network")),
  };
}

/** What a volume keeps waiting is given up by the script itself. */
async function volumesOf(
  ask: Asking,
  host: HostConnection,
  files: readonly string[],
): Promise<StorageOnHost["volumes"]> {
  return parseVolumes((await ask.unlessNone(host, inspectVolumes, files))?.get("volumes"));
}

/** Best effort, whatever happened before: a token is nobody's data, and its name says what it is. */
async function leaveNoToken(ask: Asking, source: HostConnection, folders: readonly string[]): Promise<void> {
  if (folders.length === 0) return;
  const options = { timeoutMs: storageTimeoutMs, signal: AbortSignal.timeout(storageTimeoutMs) };
  await ask.context.pool.shell(source, removeTokens, [ask.token, ...folders], options).catch(() => {});
}

function storageOf(sections: ReadonlyMap<string, string> | undefined, apart: AskedApart): StorageOnHost {
  return sections === undefined ? { ...silentStorage, ...apart } : parseStorage(sections, apart);
}

/** Whether one of these folders is on a volume of GlusterFS, or lies on what the source cannot tell: a volume that is lost is no file system for df. */
function onVolumes(sections: ReadonlyMap<string, string> | undefined, folders: readonly string[]): boolean {
  const { fileSystems } = parseStorage(sections ?? new Map());
  return folders.some((folder) => (fileSystems.get(folder)?.type ?? "fuse.glusterfs") === "fuse.glusterfs");
}
