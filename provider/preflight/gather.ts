import { randomBytes } from "node:crypto";
import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import { sectionsOf } from "../host/sections";
import { shellCommand } from "../host/shell-quote";
import type { MigrationOptions } from "../migrate/options";
import { parseBlocks } from "./facts/block-devices";
import { blockJobsOf } from "./facts/block-jobs";
import { type CpuComparison, parseCpuComparison } from "./facts/cpu-comparison";
import type { GuestDefinition } from "./facts/guest-definition";
import { foldersOf, readOnlyFiles } from "./facts/guest-disk";
import { parseGuestFacts } from "./facts/guest-state";
import { type HostFacts, parseHostFacts, receptionOf, resolvedAddresses } from "./facts/host-facts";
import { parseVolumes } from "./facts/mounted-volumes";
import type { MoveFacts } from "./facts/move-facts";
import { askedOfBoth, askedOfTarget, parseNetwork } from "./facts/network-disks";
import { parseSsh, type ReachFacts } from "./facts/reach-facts";
import {
  type AskedApart,
  parseContents,
  parseStorage,
  type StorageOnHost,
  silentStorage,
} from "./facts/storage-facts";
import { inspectBlockDevices } from "./inspect-block-devices";
import type { HostInspection, InspectionContext } from "./inspect-host";
import { inspectNetworkDisks } from "./inspect-network-disks";
import { inspectVolumes } from "./inspect-volumes";
import {
  cpuFile,
  inspectContents,
  readTokens,
  removeTokens,
  resolveName,
  writeCpu,
  writeTokens,
} from "./inspection-scripts";
import { SshTry } from "./ssh-try";
import { portsFrom } from "./try-ports";

/** A host, and what was seen there just now. */
export interface SeenHost {
  readonly connection: HostConnection;
  readonly inspection: HostInspection;
}

/** The move that is asked about. */
export interface PreflightQuestion {
  /** Its name or its UUID. */
  readonly guest: string;
  /** What it should be called on the target. Default: as on the source. */
  readonly newName?: string | undefined;
  /** The host that has the guest. */
  readonly source: SeenHost;
  /** The host that it should move to. */
  readonly target: SeenHost;
  /** How it should be moved. Default live. */
  readonly mode?: MigrationOptions["mode"];
  /** Whether the move copies the disks too. Default false: they lie on storage that both hosts share. */
  readonly copiesStorage?: boolean;
  /** Whether libvirtd on the source goes to the target, and not the user who logs in. Default true. */
  readonly carriedByHosts?: boolean;
  /** Of the source's SSH to the target, where it was begun before. */
  readonly sshTry?: SshTry | undefined;
}

/** A healthy host needs two seconds; an emulated one with a full processor a few more. */
const inspectionTimeoutMs = 45_000;
/** A share that does not answer makes every access to it wait: that is found, and not waited for. */
const storageTimeoutMs = 10_000;

/**
 * Looks from the source at the target, and through both at the guest's storage, where both were seen already. Changes nothing, except
 * for a token of a few bytes that comes and goes in each folder of the guest's disks.
 *
 * @throws ProviderError KVM-401 to KVM-407 when a host cannot be reached, KVM-610 when its libvirt does not answer
 */
export async function gather(question: PreflightQuestion, context: InspectionContext): Promise<MoveFacts> {
  const ask = new Asking(randomBytes(6).toString("hex"), context);
  const seen = await ask.between(question);
  const { guest, newName, mode = "live", copiesStorage = false } = question;
  return { guest, newName, mode, copiesStorage, ...seen };
}

/** The questions of one preflight, under one token. */
class Asking {
  constructor(
    readonly token: string,
    readonly context: InspectionContext,
  ) {}

  async between(
    question: PreflightQuestion,
  ): Promise<Omit<MoveFacts, "guest" | "newName" | "mode" | "copiesStorage">> {
    const { source, target } = question;
    const onSource = parseGuestFacts(source.inspection.sections);
    const { migrationName, ports } = receptionOf(target.inspection.sections);
    // Read while the hosts are at the rest.
    const facts = async () => ({
      onSource,
      onTarget: { state: parseGuestFacts(target.inspection.sections).state },
      source: factsOf(source, target),
      target: factsOf(target, source),
    });
    const [way, storage, cpuComparison, blockJobs, read] = await Promise.all([
      this.way(question, ports),
      this.storage(question, onSource.definition, migrationName),
      this.cpu(target.connection, onSource.definition),
      this.blockJobs(source.connection, onSource.definition),
      facts(),
    ]);
    return { ...read, reach: way, cpuComparison, blockJobs, ...storage };
  }

  async script(host: HostConnection, script: string, args: readonly string[], timeoutMs: number) {
    const { pool, signal } = this.context;
    return sectionsOf(
      this.token,
      await pool.shell(host, script, [this.token, ...args], { timeoutMs, signal }),
    );
  }

  async way(
    { source, target, carriedByHosts = true, sshTry: begun }: PreflightQuestion,
    { first, last }: HostFacts["ports"],
  ): Promise<ReachFacts> {
    const { name } = target.connection;
    const ports = portsFrom(source.connection, name, [first, last], this.context);
    const tried = () => SshTry.begin(source.connection, name, this.context, carriedByHosts).answer;
    const ssh = begun?.isOf(source.connection.name, name) ? begun.answerOr(tried) : tried();
    // Both at once: a failure of the one must not leave the other's without anybody who hears of it, which ends the whole plugin.
    const [atPorts, bySsh] = await Promise.all([ports, ssh]);
    return { ports: atPorts, ssh: parseSsh(bySsh.get("ssh")) };
  }

  /** The source writes a token, then the target reads it: in this order, because what was not there once NFS keeps in mind. */
  async storage(
    { source, target }: PreflightQuestion,
    definition: GuestDefinition | undefined,
    migrationName: string,
  ): Promise<Pick<MoveFacts, "storage" | "migrationNameResolvesTo">> {
    const all = definition?.disks ?? [];
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
        this.#apart(source.connection, definition, askedOfBoth(all)),
        this.#apart(target.connection, definition, askedOfTarget(all)),
      ]);
      const written = await this.#unlessSilent(source.connection, writeTokens, folders);
      const counts = [String(folders.length), String(images.length)];
      const paths = disks.filter(({ kind }) => kind === "file").map(({ path }) => path);
      const volumes = onVolumes(written, folders) ? paths : [];
      const [read, volumesAtSource, volumesAtTarget, resolved] = await Promise.all([
        this.#unlessSilent(target.connection, readTokens, [...counts, ...folders, ...images, ...files]),
        this.#volumes(source.connection, volumes),
        this.#volumes(target.connection, volumes),
        // The name that the move goes to was resolved by the look.
        migrationName === target.connection.name
          ? undefined
          : this.#unlessSilent(source.connection, resolveName, [migrationName]),
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
      await this.#removeTokens(source.connection, mayBeLeft);
    }
  }

  /** A pull shows nowhere in the definition: each disk must be asked about. */
  async blockJobs(source: HostConnection, definition: GuestDefinition | undefined) {
    const disks = (definition?.disks ?? []).filter(({ kind }) => kind !== "none");
    if (definition === undefined || disks.length === 0) return [];
    const { pool, signal } = this.context;
    const asked = disks.map(({ name }) => shellCommand(["blockjob", definition.uuid, name, "--info"]));
    const answers = await pool.virsh(source, asked, { timeoutMs: inspectionTimeoutMs, signal });
    return blockJobsOf(
      disks,
      answers.map(({ out }) => out),
    );
  }

  /** libvirt compares a processor that has a model's name; of any other there is nothing to compare. */
  async cpu(
    target: HostConnection,
    definition: GuestDefinition | undefined,
  ): Promise<CpuComparison | undefined> {
    if (definition?.cpu.mode !== "custom") return undefined;
    const { pool, signal } = this.context;
    const { cpu, type, arch, machine } = definition;
    const options = { timeoutMs: inspectionTimeoutMs, signal };
    const file = `${cpuFile}${this.token}`;
    try {
      await pool.shell(target, writeCpu, [file, cpu.xml], options);
      const words = ["--virttype", type, "--arch", arch, "--machine", machine, "--error"];
      const compare = shellCommand(["hypervisor-cpu-compare", file, ...words]);
      const [answer] = await pool.virsh(target, [compare], options);
      return parseCpuComparison(`${answer?.err}${answer?.out}`);
    } finally {
      await pool.shell(target, 'rm -f "$1"', [file], options).catch(() => {});
    }
  }

  /**
   * What is proved without writing anything: from the kernel's own files, and from servers within a limit (a host that does not answer
   * here is silent altogether), and from files that are only read, whose share may be gone.
   */
  async #apart(
    host: HostConnection,
    definition: GuestDefinition | undefined,
    asked: readonly string[],
  ): Promise<Omit<AskedApart, "volumes">> {
    const disks = definition?.disks ?? [];
    const blocks = disks.filter(({ kind }) => kind === "block");
    const readOnly = readOnlyFiles(disks);
    const [devices, contents, network] = await Promise.all([
      this.#unlessNone(
        host,
        inspectBlockDevices,
        blocks.map(({ path }) => path),
      ),
      readOnly.length === 0 ? undefined : this.#unlessSilent(host, inspectContents, readOnly),
      this.#unlessNone(host, inspectNetworkDisks, asked, definition?.emulator ?? ""),
    ]);
    return {
      blocks: parseBlocks(devices?.get("blocks")),
      contents: parseContents(contents?.get("contents")),
      network: parseNetwork(network?.get("network")),
    };
  }

  /** Most guests have nothing that it is for. */
  async #unlessNone(
    host: HostConnection,
    script: string,
    subjects: readonly string[],
    ...before: readonly string[]
  ) {
    return subjects.length === 0
      ? undefined
      : this.script(host, script, [...before, ...subjects], inspectionTimeoutMs);
  }

  /** What a volume keeps waiting is given up by the script itself. */
  async #volumes(host: HostConnection, files: readonly string[]): Promise<StorageOnHost["volumes"]> {
    return parseVolumes((await this.#unlessNone(host, inspectVolumes, files))?.get("volumes"));
  }

  async #unlessSilent(host: HostConnection, script: string, args: readonly string[]) {
    try {
      return await this.script(host, script, args, storageTimeoutMs);
    } catch (error) {
      if (error instanceof ProviderError && error.facts.code === "KVM-405") return undefined;
      throw error;
    }
  }

  /** Best effort, whatever happened before: a token is nobody's data, and its name says what it is. */
  async #removeTokens(source: HostConnection, folders: readonly string[]): Promise<void> {
    if (folders.length === 0) return;
    const options = { timeoutMs: storageTimeoutMs, signal: AbortSignal.timeout(storageTimeoutMs) };
    await this.context.pool.shell(source, removeTokens, [this.token, ...folders], options).catch(() => {});
  }
}

function factsOf({ inspection }: SeenHost, other: SeenHost): HostFacts {
  return parseHostFacts(inspection.host, other.inspection.host, inspection.sections, inspection.clock);
}

function storageOf(sections: ReadonlyMap<string, string> | undefined, apart: AskedApart): StorageOnHost {
  return sections === undefined ? { ...silentStorage, ...apart } : parseStorage(sections, apart);
}

/** Whether one of these folders is on a volume of GlusterFS, or lies on what the source cannot tell: a volume that is lost is no file system for df. */
function onVolumes(sections: ReadonlyMap<string, string> | undefined, folders: readonly string[]): boolean {
  const { fileSystems } = parseStorage(sections ?? new Map());
  return folders.some((folder) => (fileSystems.get(folder)?.type ?? "fuse.glusterfs") === "fuse.glusterfs");
}
