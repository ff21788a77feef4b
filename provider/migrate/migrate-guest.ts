import { ProviderError } from "../errors/provider-error";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import { type GuestView, viewOf } from "../host/guest-view";
import { hostNamed } from "../host/hosts-of-guest";
import { switchAgain } from "../host/inspect-domain";
import type { CompletedJob } from "../host/job-text";
import { asWord } from "../host/shell-quote";
import type { SwitchOnHost } from "../host/switch-text";
import type { MoveMeter } from "../measure/move-meter";
import type { Waived } from "../preflight/evaluate";
import type { HostInspection } from "../preflight/inspect-host";
import { refuseIfAny } from "../preflight/preflight-failed";
import { runPreflight } from "../preflight/run-preflight";
import type { SshTry } from "../preflight/ssh-try";
import { type Operation, PartialFailure } from "../resources/resource";
import type { Proof } from "../sdk/migration";
import { proofsOf } from "../verify";
import { Witnesses } from "../verify/witnesses";
import { AutostartOfMove } from "./autostart-of-move";
import type { Working } from "./ensure-placement";
import { lastEvent } from "./events-file";
import { forecastOf, sidesOf } from "./forecast-of-move";
import { logsSince } from "./host-logs";
import { carriedByHosts } from "./options";
import type { Placement, PlacementInputs } from "./placement";
import { describeSeen } from "./plan-migration";
import { type Resolved, resolveOutcome } from "./resolve-outcome";
import { commandOf, type MigrationEnd, type Move, runMigration } from "./run-migration";
import { syncDefinition } from "./sync-definition";
import { waitForForwardingEntry } from "./wait-for-forwarding-entry";

export interface MigrationTask {
  readonly inputs: PlacementInputs;
  readonly before: Placement | undefined;
  /** How the guest was found, and what is to be done about it. */
  readonly view: GuestView<HostInspection>;
  readonly step: Working;
  readonly witness: Witnesses;
  readonly meter: MoveMeter;
  readonly sshTry?: SshTry | undefined;
}

/**
 * Makes one move, or brings one that others began to its end, and proves what arrived.
 *
 * @throws PartialFailure the guest arrived, and a proof failed; what preflight and resolveOutcome have against it
 */
export async function migrateGuest(task: MigrationTask, operation: Operation): Promise<Placement> {
  const { inputs, before, view, step, meter } = task;
  const { hosts, options } = inputs;
  const { pool, signal, log, clock } = operation;
  const move = moveOf(task);
  const { guest, from, to } = move;
  const words = witnessOf(task, operation);
  const autostart = new AutostartOfMove(move, view, { hosts, pool, say: log.say });
  const source = view.seen.find(({ host }) => host === from.name);
  meter.begin({ from: from.name, to, running: move.before === "running" });
  log.status(`looking whether ${guest} can move to ${to.name}`);
  const [firstWords, waived] = await Promise.all([
    source ? words.before(from, source) : { probe: undefined, disk: undefined, memory: undefined },
    step.action === "move" ? mayMove(task, operation) : [],
  ]);
  const command = step.action === "finish" ? "" : commandOf(move);
  if (command !== "") log.say(`on ${from.name}: ${command}`);
  if (step.action === "attach")
    log.say(`a move of ${guest} from ${from.name} to ${to.name} goes on already: it is followed`);
  const foretell = (within: AbortSignal) => forecastOf(task, { pool, signal: within });
  await Promise.all([
    meter.baseline(step.action === "move" ? foretell : undefined),
    step.action === "move" ? autostart.carry() : undefined,
  ]);
  // Who cancels while nothing is moved yet, moves nothing.
  if (step.action === "move") signal.throwIfAborted();

  const started = meter.mark("command");
  const { onEvent } = meter;
  const context = { pool, clock, status: log.status, say: log.say };
  const end: MigrationEnd =
    step.action === "finish"
      ? { complaint: undefined, cancelled: false, ended: true, interventions: [] }
      : await runMigration(move, { ...context, signal, onEvent });
  meter.mark("virsh-ended");
  log.status(`looking where ${guest} is, and whether it is the same`);
  const reference = { guest, uuid: move.uuid };
  // A deployment that was cancelled is told what became of the guest all the same.
  const within = () => AbortSignal.timeout(inspectionMs);
  const inspect = () =>
    viewOf(hosts, reference, { pool, signal: within() }, { withJob: true, withNetwork: true });
  const switchOf = (host: string, seen: SwitchOnHost) =>
    switchAgain(pool, hostNamed(hosts, host), seen, within());
  const there = [
    { host: from, name: move.names.from },
    { host: to, name: move.names.to },
  ];
  const logs = () => logsSince(started, there, pool);
  const [resolved, lastWords] = await Promise.all([
    resolveOutcome(move, end, { ...context, inspect, logs }).catch((error) => autostart.stay(error)),
    words.probe.after(),
    options.persistent ? syncDefinition(to, pool) : undefined,
  ]);
  const ended = lastWords.answeredAt ?? performance.now();
  if (lastWords.answeredAt !== undefined) meter.mark("answered", lastWords.answeredAt);
  const [after, agent] = await Promise.all([
    autostart
      .arrive(resolved)
      .then((placed) => waitForForwardingEntry(placed, lastWords.probe !== undefined, switchOf)),
    words.agentAfter(to),
  ]);
  meter.mark("proved");
  if (end.complaint !== undefined) log.say(`virsh on ${from.name}: ${end.complaint}`);
  log.say(`virsh list --all: ${describeSeen(guest, after.view)}`);

  const proofs = proofsOf({
    guest,
    expected: move.before,
    asked: options,
    before: { ...firstWords, source, autostart: autostart.before },
    after: {
      ...lastWords,
      agent,
      ...after,
      hosts: after.view.seen,
      silent: after.view.silent.map(({ host }) => host),
    },
    ...words.silence,
  });
  const job = jobOf(after) ?? end.job;
  if (job !== undefined) onEvent(lastEvent(job));
  const figures = figuresOf(job);
  const state: Placement = {
    runningOn: to.name,
    guestName: after.target.domain?.name ?? guest,
    guestUuid: move.uuid,
    origin: before?.origin || from.name,
    moved: true,
    from: from.name,
    totalTimeMs: Math.round(ended - started),
    ...figures,
    proofs,
    waived,
    command,
    migratedAt: new Date().toISOString(),
    measurement: await meter.end(figures),
  };
  const failed = proofs.filter(({ verdict }) => verdict === "failed");
  if (failed.length > 0) throw new PartialFailure(guest, state, notProved(guest, to.name, failed));
  return state;
}

/** One look may have to connect again to a host that was just away. */
const inspectionMs = 90_000;

function moveOf({ inputs, view, step }: MigrationTask): Move {
  const { guest, hosts, options, timeoutSeconds } = inputs;
  const [from, to] = [hostNamed(hosts, step.from), hostNamed(hosts, step.to)];
  const source = view.seen.find(({ host }) => host === from.name);
  const nameHere = source?.domain?.name ?? guest;
  return {
    guest,
    ...(inputs.uuid === undefined ? {} : { typed: inputs.uuid }),
    uuid: view.uuid ?? guest,
    names: { from: nameHere, to: options.newName ?? nameHere },
    from,
    to,
    timeoutMs: timeoutSeconds * 1000,
    options,
    before: step.action === "move" && source ? stateBefore(source) : "running",
    kind: step.action === "finish" ? "attach" : step.action,
  };
}

/** How a guest that is to be moved is, and so should be afterwards. */
function stateBefore({ domain }: DomainOnHost): Move["before"] {
  const presence = presenceOf(domain);
  return presence === "absent" ? "off" : presence;
}

/** A guest that does not run answers nobody, and one that has gone over already was not asked before: neither is waited for. */
function witnessOf(
  { inputs: { guest, uuid = guest }, view, step, witness }: MigrationTask,
  operation: Operation,
): Witnesses {
  const source = view.seen.find(({ host }) => host === step.from)?.domain;
  if (step.action === "move" && source && presenceOf(source) !== "running")
    return Witnesses.call(
      { guest: uuid, silence: `${guest} did not run before the move: it was not asked` },
      operation,
    );
  const over = step.action === "finish" || step.action === "recover" || presenceOf(source) !== "running";
  if (step.action !== "move" && over)
    return Witnesses.call(
      {
        guest: uuid,
        silence: `${guest} had gone over to ${step.to} before this run: it was not asked before the move`,
      },
      operation,
    );
  return witness;
}

/** Lets a move begin that no rule speaks against; gives the rules that did and were waived. */
async function mayMove(task: MigrationTask, { pool, signal, log }: Operation): Promise<readonly Waived[]> {
  const { guest, options, waive } = task.inputs;
  const question = {
    guest,
    newName: options.newName,
    ...sidesOf(task),
    mode: options.mode,
    copiesStorage: options.copyStorage !== "none",
    carriedByHosts: carriedByHosts(options),
    sshTry: task.sshTry,
  };
  const { failures, waived } = await runPreflight(question, { pool, signal, waive });
  for (const { code, found } of waived) log.say(`${code} waived: ${found}`);
  refuseIfAny(failures);
  return waived;
}

/** The job as either side remembers it. */
function jobOf({ source, target }: Pick<Resolved, "source" | "target">): CompletedJob | undefined {
  const incoming = target.job?.direction === "outgoing" ? undefined : target.job;
  const outgoing = source?.job?.direction === "incoming" ? undefined : source?.job;
  return incoming ?? outgoing;
}

/** libvirt's own figures of the job; -1 for what it does not tell. */
function figuresOf(job: CompletedJob | undefined) {
  return {
    jobTimeMs: job?.timeMs ?? -1,
    downtimeMs: job?.downtimeMs ?? -1,
    dataMovedMiB: job?.dataMovedMiB ?? -1,
  };
}

function notProved(guest: string, host: string, failed: readonly Proof[]): ProviderError {
  return new ProviderError({
    code: "KVM-607",
    host,
    expected: `the same running ${guest} on ${host}`,
    found: failed.map(({ name, facts }) => `${name} failed: ${facts}`).join("; "),
    fix: `it runs on ${host} now; look at it (virsh dominfo ${asWord(guest)}, virsh console ${asWord(guest)}) before you rely on it`,
  });
}
