import { shellCommand } from "../host/shell-quote";
import { carriedByHosts, defaultOptions, type MigrationOptions, mayPostCopy } from "./options";

/**
 * The command that moves a guest, as it can be typed on the source. `--p2p` lets libvirtd on the source carry the move, whatever becomes of
 * who typed it; `--persistent` and `--undefinesource` make the move whole: the target keeps the definition, the source forgets it.
 */
export function migrateCommand(
  guest: string,
  target: string,
  options: MigrationOptions = defaultOptions,
): string {
  const migrate = shellCommand([
    "virsh",
    "migrate",
    ...migrateArguments(options),
    guest,
    `qemu+ssh://${target}/system`,
  ]);
  const { maxDowntimeMs } = options;
  if (maxDowntimeMs === undefined) return migrate;
  // virsh migrate has no argument for it. libvirt takes it for any active domain, and QEMU keeps it until the move.
  return `${shellCommand(["virsh", "migrate-setmaxdowntime", guest, String(maxDowntimeMs)])} && ${migrate}`;
}

/** The command that recovers a broken post-copy: the same move, resumed, whatever is asked for otherwise by now. */
export function resumeCommand(guest: string, target: string, options: MigrationOptions): string {
  const { persistent, undefineSource, newName, transport } = options;
  const same = { ...defaultOptions, mode: "hybrid" as const, persistent, undefineSource, newName, transport };
  const words = ["virsh", "migrate", ...migrateArguments(same), "--postcopy-resume"];
  return shellCommand([...words, guest, `qemu+ssh://${target}/system`]);
}

/** virsh's arguments for the options, all named: order means nothing then. */
export function migrateArguments(options: MigrationOptions): string[] {
  return [
    ...modeArguments(options),
    ...flag("--p2p", carriedByHosts(options)),
    ...flag("--persistent", options.persistent),
    ...flag("--undefinesource", options.undefineSource),
    ...value("--dname", options.newName),
    "--verbose",
    ...value("--bandwidth", options.bandwidthMiBps),
    // What the copy may take of the network it may not exceed after the switch either.
    ...(mayPostCopy(options) ? value("--postcopy-bandwidth", options.bandwidthMiBps) : []),
    ...convergeArguments(options),
    ...compressionArguments(options),
    ...flag("--parallel", options.parallelConnections !== undefined),
    ...value("--parallel-connections", options.parallelConnections),
    ...flag("--tls", options.tls),
    ...flag("--tunnelled", options.tunnelled),
    ...value("--migrateuri", options.dataAddress && `tcp://${options.dataAddress}`),
    ...flag("--copy-storage-all", options.copyStorage === "all"),
    ...flag("--copy-storage-inc", options.copyStorage === "incremental"),
  ];
}

function modeArguments({ mode }: MigrationOptions): string[] {
  switch (mode) {
    case "live":
      return ["--live"];
    // Without --live libvirt suspends the guest first, and lets it go on where it ends up.
    case "paused":
      return [];
    case "postCopy":
      return ["--live", "--postcopy", "--postcopy-after-precopy"];
    case "hybrid":
      return ["--live", "--postcopy"];
    case "offline":
      return ["--offline"];
  }
}

function convergeArguments({ autoConverge }: MigrationOptions): string[] {
  if (autoConverge === undefined) return [];
  return [
    "--auto-converge",
    ...value("--auto-converge-initial", autoConverge.initialPercent),
    ...value("--auto-converge-increment", autoConverge.incrementPercent),
  ];
}

function compressionArguments({ compression }: MigrationOptions): string[] {
  if (compression === undefined) return [];
  const { xbzrleCacheMiB } = compression;
  return [
    "--compressed",
    ...value("--comp-methods", compression.methods.join(",")),
    ...value("--comp-mt-level", compression.mtLevel),
    ...value("--comp-mt-threads", compression.mtThreads),
    ...value("--comp-mt-dthreads", compression.mtDecompressionThreads),
    ...value("--comp-xbzrle-cache", xbzrleCacheMiB && xbzrleCacheMiB * 1_048_576),
    ...value("--comp-zlib-level", compression.zlibLevel),
    ...value("--comp-zstd-level", compression.zstdLevel),
  ];
}

function flag(name: string, given: boolean): string[] {
  return given ? [name] : [];
}

function value(name: string, given: string | number | undefined): string[] {
  return given === undefined ? [] : [name, String(given)];
}
