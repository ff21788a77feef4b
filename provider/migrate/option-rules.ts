import { carriedByHosts, convergenceAction, type MigrationOptions, mayPostCopy } from "./options";

/** Options that do not go together: libvirt or QEMU would refuse them only when the move has begun, or not at all. */
export interface OptionRule {
  /** The option that is reported, below `options`. */
  readonly option: readonly string[];
  readonly broken: (options: MigrationOptions) => boolean;
  /** What is expected instead, and why. */
  readonly expected: string;
  /** Who says so: libvirt 9.0 and QEMU 7.2 unless another version is named. */
  readonly source: string;
}

type Given = (options: MigrationOptions) => boolean;

const offline: Given = ({ mode }) => mode === "offline";
const parallel: Given = ({ parallelConnections }) => parallelConnections !== undefined;
const compresses =
  (...methods: readonly string[]): Given =>
  ({ compression }) =>
    compression?.methods.some((method) => methods.includes(method)) ?? false;
const copiesStorage: Given = ({ copyStorage }) => copyStorage !== "none";
const sets =
  (...keys: readonly (keyof NonNullable<MigrationOptions["compression"]>)[]): Given =>
  ({ compression }) =>
    keys.some((key) => compression?.[key] !== undefined);
const both =
  (...all: readonly Given[]): Given =>
  (options) =>
    all.every((given) => given(options));
const not =
  (given: Given): Given =>
  (options) =>
    !given(options);

/** libvirt's qemuMigrationSrcBeginPhase, in src/qemu/qemu_migration.c. */
const beginPhase = "libvirt, qemuMigrationSrcBeginPhase";
/** libvirt's qemuMigrationParamsSetCompression, in src/qemu/qemu_migration_params.c. */
const setCompression = "libvirt, qemuMigrationParamsSetCompression";

const memoryOptions = [
  "bandwidthMiBps",
  "maxDowntimeMs",
  "autoConverge",
  "compression",
  "parallelConnections",
  "dataAddress",
] as const;

const offlineRules: readonly OptionRule[] = [
  ...memoryOptions.map((option) => ({
    option: [option],
    broken: (options: MigrationOptions) => offline(options) && options[option] !== undefined,
    expected: "nothing about memory in an offline move: it carries the definition only",
    source: "man virsh, migrate: --offline starts nothing and stops nothing",
  })),
  {
    option: ["tls"],
    broken: both(offline, ({ tls }) => tls),
    expected: "no TLS for an offline move: no data goes from QEMU to QEMU",
    source: "man virsh, migrate",
  },
  {
    option: ["persistent"],
    broken: both(offline, ({ persistent }) => !persistent),
    expected: "true for an offline move: without a definition on the target nothing would be there",
    source: `${beginPhase}: offline migration must be specified with the persistent flag set`,
  },
  {
    option: ["tunnelled"],
    broken: both(offline, ({ tunnelled }) => tunnelled),
    expected: "false for an offline move",
    source: `${beginPhase}: tunnelled offline migration does not make sense`,
  },
  {
    option: ["copyStorage"],
    broken: both(offline, copiesStorage),
    expected: "none for an offline move: only a running QEMU copies disks",
    source: `${beginPhase}: offline migration cannot handle non-shared storage`,
  },
];

const tunnelRules: readonly OptionRule[] = [
  {
    option: ["transport"],
    broken: both(not(carriedByHosts), ({ tunnelled }) => tunnelled),
    expected: "peer-to-peer for a tunnelled move: the tunnel goes from libvirt to libvirt",
    source: "man virsh, migrate: --tunnelled needs --p2p",
  },
  {
    option: ["tunnelled"],
    broken: both(mayPostCopy, ({ tunnelled }) => tunnelled),
    expected: "false for postCopy and hybrid: pages are asked for on a way back, and the tunnel has none",
    source: `${beginPhase}: post-copy is not supported with tunnelled migration`,
  },
  {
    option: ["copyStorage"],
    broken: both(copiesStorage, ({ tunnelled }) => tunnelled),
    expected: "none for a tunnelled move: disks go by NBD, which the tunnel does not carry",
    source: `${beginPhase}: migration of non-shared storage is not supported with tunnelled migration and this QEMU`,
  },
  {
    option: ["parallelConnections"],
    broken: both(parallel, ({ tunnelled }) => tunnelled),
    expected: "none for a tunnelled move: the tunnel is one connection",
    source: "QEMU, migrate_fd: multifd is not supported by current protocol",
  },
  {
    option: ["tls"],
    broken: both(
      ({ tls }) => tls,
      ({ tunnelled }) => tunnelled,
    ),
    expected: "false for a tunnelled move: libvirt's own connection is what protects it",
    source: "libvirt asks for one of the two, never both (migrate_tls_force in qemu.conf)",
  },
  {
    option: ["dataAddress"],
    broken: both(
      ({ dataAddress }) => dataAddress !== undefined,
      ({ tunnelled }) => tunnelled,
    ),
    expected: "none for a tunnelled move: the data takes libvirt's own connection",
    source: "libvirt: migration URI is not supported by tunnelled migration",
  },
];

const memoryRules: readonly OptionRule[] = [
  {
    option: ["parallelConnections"],
    broken: both(parallel, mayPostCopy),
    expected: "none for postCopy and hybrid: QEMU 7.2 lets it begin, and is not made for it",
    source: "QEMU 8.1 to 10.0, migrate_caps_check: Postcopy is not yet compatible with multifd",
  },
  {
    option: ["compression", "methods"],
    broken: both(parallel, compresses("mt", "xbzrle")),
    expected: "zlib or zstd with parallelConnections",
    source: `QEMU, migrate_caps_check: Multifd is not compatible with compress; ${setCompression} since 9.1`,
  },
  {
    option: ["compression", "methods"],
    broken: both(compresses("zlib", "zstd"), not(parallel)),
    expected: "mt or xbzrle; zlib and zstd need parallelConnections",
    source: `${setCompression} since 9.1; before, libvirt knows neither`,
  },
  {
    option: ["compression", "methods"],
    broken: both(compresses("zlib"), compresses("zstd")),
    expected: "zlib or zstd, not both",
    source: `${setCompression}: only one compression method could be specified with parallel compression`,
  },
  {
    option: ["compression", "mtLevel"],
    broken: both(sets("mtLevel", "mtThreads", "mtDecompressionThreads"), not(compresses("mt"))),
    expected: "the method mt with mtLevel, mtThreads or mtDecompressionThreads",
    source: `${setCompression}: Turn multithread compression on to tune it`,
  },
  {
    option: ["compression", "xbzrleCacheMiB"],
    broken: both(sets("xbzrleCacheMiB"), not(compresses("xbzrle"))),
    expected: "the method xbzrle with xbzrleCacheMiB",
    source: `${setCompression}: Turn xbzrle compression on to tune it`,
  },
  {
    option: ["compression", "zlibLevel"],
    broken: both(sets("zlibLevel"), not(compresses("zlib"))),
    expected: "the method zlib with zlibLevel",
    source: `${setCompression} since 9.1: Turn zlib compression on to tune it`,
  },
  {
    option: ["compression", "zstdLevel"],
    broken: both(sets("zstdLevel"), not(compresses("zstd"))),
    expected: "the method zstd with zstdLevel",
    source: `${setCompression} since 9.1: Turn zstd compression on to tune it`,
  },
  {
    option: ["autoConverge"],
    broken: both(
      ({ mode }) => mode === "paused",
      ({ autoConverge }) => autoConverge !== undefined,
    ),
    expected: "none for a paused move: a guest that stands still cannot be slowed down",
    source: "QEMU throttles running virtual CPUs only",
  },
  {
    option: ["convergence", "action"],
    broken: both((options) => convergenceAction(options) === "postCopy", not(mayPostCopy)),
    expected: "abort, pause or force; postCopy needs the mode hybrid",
    source:
      "libvirt, qemuDomainMigrateStartPostCopy: switching to post-copy requires migration to be started with VIR_MIGRATE_POSTCOPY flag",
  },
  {
    option: ["convergence", "maxDowntimeCeilingMs"],
    broken: (options) =>
      convergenceAction(options) === "force" &&
      options.convergence.maxDowntimeCeilingMs <= (options.maxDowntimeMs ?? 0),
    expected: "more than maxDowntimeMs: force raises the downtime from there",
    source: "this program's own rule",
  },
];

/** The whole table, in the order in which complaints are shown. */
export const optionRules: readonly OptionRule[] = [...offlineRules, ...tunnelRules, ...memoryRules];

/** The rules that these options break. */
export function brokenRules(options: MigrationOptions): OptionRule[] {
  return optionRules.filter(({ broken }) => broken(options));
}
