import { randomBytes } from "node:crypto";
import { LabError } from "../../errors/lab-error";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import type { MigrationOptions } from "../migrate/options";
import { type CpuComparison, parseCpuComparison } from "./facts/cpu-comparison";
import type { GuestDefinition } from "./facts/guest-definition";
import { foldersOf } from "./facts/guest-disk";
import { parseGuestFacts } from "./facts/guest-state";
import { type ClockOffset, type HostFacts, parseHostFacts, resolvedAddresses } from "./facts/host-facts";
import type { MoveFacts } from "./facts/move-facts";
import { sectionsOf } from "./facts/sections";
import { parseStorage, type StorageOnHost, silentStorage } from "./facts/storage-facts";
import { parseWayFacts, type WayFacts } from "./facts/way-facts";
import { compareCpu, lookAtHost, readTokens, removeTokens, tryTheWay, writeTokens } from "./look-scripts";

/** The move that is asked about. */
export interface PreflightQuestion {
  /** Its name or its UUID. */
  readonly guest: string;
  /** What it shall be called on the target. Default: as on the source. */
  readonly newName?: string | undefined;
  /** The host that has the guest. */
  readonly source: HostConnection;
  /** The host that it shall move to. */
  readonly target: HostConnection;
  /** How it shall be moved. Default live. */
  readonly mode?: MigrationOptions["mode"];
  /** Whether the move copies the disks too. Default false: they lie on storage that both hosts share. */
  readonly copiesStorage?: boolean;
}

export interface GatherContext {
  readonly pool: Pick<HostPool, "connect" | "script">;
  readonly signal: AbortSignal;
}

/** A healthy host needs two seconds; an emulated one with a full processor a few more. */
const lookTimeoutMs = 45_000;
/** A share that does not answer makes every access to it wait: that is found, and not waited for. */
const storageTimeoutMs = 10_000;

/**
 * Looks at both hosts; then from the source at the target, and through both at the guest's storage. Changes nothing, except
 * for a token of a few bytes that comes and goes in each folder of the guest's disks.
 *
 * @throws LabError KVM-401 to KVM-407 when a host cannot be reached, KVM-610 when its libvirt does not answer
 */
export async function gather(question: PreflightQuestion, context: GatherContext): Promise<MoveFacts> {
  const ask = new Asking(randomBytes(6).toString("hex"), context);
  const seen = await ask.both(question);
  const { guest, newName, mode = "live", copiesStorage = false } = question;
  return { guest, newName, mode, copiesStorage, ...seen };
}

interface Look {
  readonly sections: ReadonlyMap<string, string>;
  readonly clock: ClockOffset | undefined;
}

/** The questions of one preflight, under one token. */
class Asking {
  constructor(
    readonly token: string,
    readonly context: GatherContext,
  ) {}

  /**
   * Both hosts at once; then the way between them and the guest's storage through both. The way's key exchange would keep the
   * source's processor from all the rest, if it began with it.
   */
  async both(
    question: PreflightQuestion,
  ): Promise<Omit<MoveFacts, "guest" | "newName" | "mode" | "copiesStorage">> {
    const { guest, source, target } = question;
    const [atSource, atTarget] = await Promise.all([
      this.host(source, guest, target.name),
      this.host(target, guest, source.name),
    ]);
    const onSource = parseGuestFacts(atSource.sections);
    const targetFacts = parseHostFacts(target.name, atTarget.sections, atTarget.clock);
    const [way, storage, cpuComparison] = await Promise.all([
      this.way(question, targetFacts.ports),
      this.storage(question, onSource.definition, targetFacts.migrationName),
      this.cpu(target, onSource.definition),
    ]);
    return {
      onSource,
      onTarget: { state: parseGuestFacts(atTarget.sections).state },
      source: parseHostFacts(source.name, atSource.sections, atSource.clock),
      target: targetFacts,
      way,
      cpuComparison,
      ...storage,
    };
  }

  async script(host: HostConnection, script: string, args: readonly string[], timeoutMs: number) {
    const { pool, signal } = this.context;
    const { stdout } = await pool.script(host, script, [this.token, ...args], { timeoutMs, signal });
    return sectionsOf(this.token, stdout);
  }

  /** The connection is there before the clock is asked: dialling would blur the answer. */
  async host(host: HostConnection, guest: string, other: string): Promise<Look> {
    const { pool, signal } = this.context;
    await pool.connect(host, signal);
    const asked = performance.now();
    let answered: number | undefined;
    const onStdout = () => {
      answered ??= performance.now();
    };
    const options = { timeoutMs: lookTimeoutMs, signal, onStdout };
    const { stdout, stderr } = await pool.script(host, lookAtHost, [this.token, guest, other], options);
    const sections = sectionsOf(this.token, stdout);
    if (!sections.has("end") || !sections.get("version")?.includes("Running hypervisor")) {
      throw libvirtSilent(host.name, stderr.trim());
    }
    return { sections, clock: clockOffset(sections.get("clock"), asked, answered ?? performance.now()) };
  }

  async way({ source, target }: PreflightQuestion, { first, last }: HostFacts["ports"]): Promise<WayFacts> {
    const args = [target.name, String(first), String(last)];
    return parseWayFacts(await this.script(source, tryTheWay, args, lookTimeoutMs));
  }

  /** The source writes a token, then the target reads it: in this order, because what was not there once NFS keeps in mind. */
  async storage(
    { source, target }: PreflightQuestion,
    definition: GuestDefinition | undefined,
    migrationName: string,
  ): Promise<Pick<MoveFacts, "storage" | "migrationNameResolvesTo">> {
    const disks = (definition?.disks ?? []).filter(({ kind }) => kind === "file" || kind === "block");
    const folders = foldersOf(disks);
    // The source's QEMU has it open in its format; only what it is built upon must be looked for.
    const built = disks.filter(({ kind, backing }) => kind === "file" && backing.length > 0);
    const images = built.map(({ path }) => path);
    const files = [
      ...disks.filter((disk) => !built.includes(disk)).map(({ path }) => path),
      ...disks.flatMap(({ backing }) => backing),
      ...(definition?.bootFiles ?? []),
    ];
    let mayBeLeft = folders;
    try {
      const written = await this.#unlessSilent(source, writeTokens, [migrationName, ...folders]);
      const counts = [String(folders.length), String(images.length)];
      const read = await this.#unlessSilent(target, readTokens, [...counts, ...folders, ...images, ...files]);
      const [atSource, atTarget] = [storageOf(written), storageOf(read)];
      mayBeLeft = folders.filter(
        (folder) => atTarget.tokens?.get(folder) !== "seen" || atTarget.kept.includes(folder),
      );
      return {
        storage: { source: atSource, target: atTarget },
        migrationNameResolvesTo: resolvedAddresses(written?.get("resolved")),
      };
    } finally {
      await this.#removeTokens(source, mayBeLeft);
    }
  }

  /** libvirt compares a processor that has a model's name; of any other there is nothing to compare. */
  async cpu(
    target: HostConnection,
    definition: GuestDefinition | undefined,
  ): Promise<CpuComparison | undefined> {
    if (definition?.cpu.mode !== "custom") return undefined;
    const { pool, signal } = this.context;
    const { cpu, type, arch, machine } = definition;
    const options = { timeoutMs: lookTimeoutMs, signal };
    const { stdout } = await pool.script(target, compareCpu, [cpu.xml, type, arch, machine], options);
    return parseCpuComparison(stdout);
  }

  async #unlessSilent(host: HostConnection, script: string, args: readonly string[]) {
    try {
      return await this.script(host, script, args, storageTimeoutMs);
    } catch (error) {
      if (error instanceof LabError && error.facts.code === "KVM-405") return undefined;
      throw error;
    }
  }

  /** Best effort, whatever happened before: a token is nobody's data, and its name says what it is. */
  async #removeTokens(source: HostConnection, folders: readonly string[]): Promise<void> {
    if (folders.length === 0) return;
    const options = { timeoutMs: storageTimeoutMs, signal: AbortSignal.timeout(storageTimeoutMs) };
    await this.context.pool.script(source, removeTokens, [this.token, ...folders], options).catch(() => {});
  }
}

function storageOf(sections: ReadonlyMap<string, string> | undefined): StorageOnHost {
  return sections === undefined ? silentStorage : parseStorage(sections);
}

/** The host's clock against this machine's, which is read once: it may be set while the hosts are asked. */
function clockOffset(text: string | undefined, asked: number, answered: number): ClockOffset | undefined {
  const seconds = Number.parseFloat(text ?? "");
  if (!Number.isFinite(seconds)) return undefined;
  const middle = performance.timeOrigin + (asked + answered) / 2;
  return { ms: seconds * 1000 - middle, uncertaintyMs: (answered - asked) / 2 };
}

function libvirtSilent(host: string, found: string): LabError {
  return new LabError({
    code: "KVM-610",
    host,
    expected: "virsh to answer",
    found: found || "an answer that is not whole",
    mend: `on ${host}: systemctl restart libvirtd; journalctl -u libvirtd -n 20`,
  });
}
