import { randomBytes } from "node:crypto";
import type { HostConnection } from "../host/host-connection";
import { shellCommand } from "../host/shell-quote";
import type { MigrationOptions } from "../migrate/options";
import { Asking, inspectionTimeoutMs } from "./asking";
import { blockJobsOf } from "./facts/block-jobs";
import { type CpuComparison, parseCpuComparison } from "./facts/cpu-comparison";
import type { GuestDefinition } from "./facts/guest-definition";
import { parseGuestFacts } from "./facts/guest-state";
import { type HostFacts, parseHostFacts, receptionOf } from "./facts/host-facts";
import type { MoveFacts } from "./facts/move-facts";
import { parseSsh, type ReachFacts } from "./facts/reach-facts";
import { gatherStorage } from "./gather-storage";
import type { HostInspection, InspectionContext } from "./inspect-host";
import { resolveVolumes } from "./inspect-pool-volumes";
import { cpuFile, writeCpu } from "./inspection-scripts";
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

/**
 * Looks from the source at the target, and through both at the guest's storage, where both were seen already. Changes nothing, except
 * for a token of a few bytes that comes and goes in each folder of the guest's disks.
 *
 * @throws ProviderError KVM-401 to KVM-407 when a host cannot be reached, KVM-610 when its libvirt does not answer
 */
export async function gather(question: PreflightQuestion, context: InspectionContext): Promise<MoveFacts> {
  const ask = new Asking(randomBytes(6).toString("hex"), context);
  const { guest, newName, mode = "live", copiesStorage = false, source, target } = question;
  const told = parseGuestFacts(source.inspection.sections);
  const { migrationName, ports } = receptionOf(target.inspection.sections);
  const hosts = { source: source.connection, target: target.connection };
  const onSource = { ...told, definition: await resolveVolumes(ask, hosts, told.definition) };
  // Read while the hosts are at the rest.
  const facts = async () => ({
    onSource,
    onTarget: { state: parseGuestFacts(target.inspection.sections).state },
    source: factsOf(source, target),
    target: factsOf(target, source),
  });
  const [reach, storage, cpuComparison, jobs, read] = await Promise.all([
    inspectWay(ask, question, ports),
    gatherStorage(ask, hosts, onSource.definition, migrationName, mode),
    compareCpu(ask, hosts.target, onSource.definition),
    blockJobs(ask, hosts.source, onSource.definition),
    facts(),
  ]);
  return { guest, newName, mode, copiesStorage, ...read, reach, cpuComparison, blockJobs: jobs, ...storage };
}

async function inspectWay(
  ask: Asking,
  { source, target, carriedByHosts = true, sshTry: begun }: PreflightQuestion,
  { first, last }: HostFacts["ports"],
): Promise<ReachFacts> {
  const { name } = target.connection;
  const ports = portsFrom(source.connection, name, [first, last], ask.context);
  const tried = () => SshTry.begin(source.connection, name, ask.context, carriedByHosts).answer;
  const ssh = begun?.isOf(source.connection.name, name) ? begun.answerOr(tried) : tried();
  // Both at once: a failure of the one must not leave the other's without anybody who hears of it, which ends the whole plugin.
  const [atPorts, bySsh] = await Promise.all([ports, ssh]);
  return { ports: atPorts, ssh: parseSsh(bySsh.get("ssh")) };
}

/** A pull shows nowhere in the definition: each disk must be asked about. */
async function blockJobs(ask: Asking, source: HostConnection, definition: GuestDefinition | undefined) {
  const disks = (definition?.disks ?? []).filter(({ kind }) => kind !== "none");
  if (definition === undefined || disks.length === 0) return [];
  const { pool, signal } = ask.context;
  const asked = disks.map(({ name }) => shellCommand(["blockjob", definition.uuid, name, "--info"]));
  const answers = await pool.virsh(source, asked, { timeoutMs: inspectionTimeoutMs, signal });
  return blockJobsOf(
    disks,
    answers.map(({ out }) => out),
  );
}

/** libvirt compares a processor that has a model's name; of any other there is nothing to compare. */
async function compareCpu(
  ask: Asking,
  target: HostConnection,
  definition: GuestDefinition | undefined,
): Promise<CpuComparison | undefined> {
  if (definition?.cpu.mode !== "custom") return undefined;
  const { pool, signal } = ask.context;
  const { cpu, type, arch, machine } = definition;
  const options = { timeoutMs: inspectionTimeoutMs, signal };
  const file = `${cpuFile}${ask.token}`;
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

function factsOf({ inspection }: SeenHost, other: SeenHost): HostFacts {
  return parseHostFacts(inspection.host, other.inspection.host, inspection.sections, inspection.clock);
}
