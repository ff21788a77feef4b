import { LabError } from "../../errors/lab-error";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import { hostNamed, lookEverywhere, seenAt } from "../host/hosts-of-guest";
import type { CompletedJob } from "../host/job-text";
import { MoveMeter } from "../measure/move-meter";
import type { SeenHost } from "../preflight/gather";
import type { Waived } from "../preflight/judge";
import { type HostLook, lookAtHosts } from "../preflight/look-at-hosts";
import { refuseIfAny } from "../preflight/preflight-failed";
import { runPreflight } from "../preflight/run-preflight";
import { SshTry } from "../preflight/ssh-try";
import type { MigrationInputs } from "../resources/inputs";
import { DoneButFailed, type Operation } from "../resources/resource";
import type { Figure, Measurement } from "../sdk/measurement";
import type { LastMove, Proof } from "../sdk/migration";
import { proofsOf } from "../verify";
import { Witnesses } from "../verify/witnesses";
import { type Decision, decide, describeSeen } from "./decide";
import { lastEvent } from "./events-file";
import { logsSince } from "./host-logs";
import { commandOf, type Move, move } from "./move";
import { whenFew } from "./outgoing";
import { type Settled, settle } from "./settle";
import { whenIdle } from "./when-idle";
import { whenLearned } from "./when-learned";

/** What of a Migration's inputs a move needs, and the host that it goes to. */
export type PlaceInputs = Omit<MigrationInputs, "onDelete" | "to"> & { readonly to: string };

/** Where a guest is, and how its last move went. */
export type Placement = LastMove & {
  readonly runningOn: string;
  /** Where this resource found the guest first: `onDelete: return` brings it back there. */
  readonly origin: string;
  /** What the guest is called where it runs. */
  readonly guestName: string;
  readonly moved: boolean;
  readonly from: string;
  readonly measurement: Figure<Measurement>;
};

const noMove = {
  moved: false,
  from: "",
  totalTimeMs: 0,
  jobTimeMs: 0,
  downtimeMs: 0,
  dataMovedMiB: 0,
  proofs: [],
  waived: [],
  command: "",
  migratedAt: "",
  measurement: { missing: "nothing was moved" },
};

/** Sees to it that the guest runs where it shall. */
export async function place(
  inputs: PlaceInputs,
  before: Placement | undefined,
  operation: Operation,
): Promise<Placement> {
  const { guest, to } = inputs;
  operation.log.status(`looking for ${guest}`);
  const observers = {
    witness: Witnesses.call(inputs, operation),
    meter: new MoveMeter(inputs, operation),
  };
  const done = new AbortController();
  const sshTry = likelyTry(inputs, before, operation, done.signal);
  try {
    const { signal, log } = operation;
    const look = () => lookAtHosts(inputs.hosts, guest, operation);
    const jobMs = inputs.timeoutSeconds * 1000;
    const seen = await whenIdle(guest, { signal, status: log.status, look, jobMs });
    operation.log.say(`virsh list --all: ${describeSeen(guest, seen)}`);
    const { mode } = inputs.options;
    const decision = decide(guest, to, seen, mode);
    const stayed = (now: readonly DomainOnHost[]) => {
      const guestName = nameOn(seenAt(now, to), guest);
      return { ...noMove, ...before, moved: false, runningOn: to, guestName, origin: before?.origin || to };
    };
    if (decision.action === "stay") return stayed(seen);
    const from = hostNamed(inputs.hosts, decision.from);
    const context = { pool: operation.pool, signal, status: log.status, patienceMs: jobMs };
    return await whenFew(
      from,
      seenAt(seen, from.name),
      guest,
      inputs.maxOutgoing,
      context,
      async (waited) => {
        if (!waited) return carryOut(inputs, before, decision, seen, observers, operation, sshTry);
        const now = await look();
        const again = decide(guest, to, now, mode);
        return again.action === "stay"
          ? stayed(now)
          : carryOut(inputs, before, again, now, observers, operation);
      },
    );
  } finally {
    done.abort();
    observers.witness.close();
    await observers.meter.close();
  }
}

function nameOn({ domain }: DomainOnHost, guest: string): string {
  return domain?.name ?? guest;
}

/** How a guest that is to be moved is, and so shall be afterwards. */
function wayOfBeing({ domain }: DomainOnHost): Move["before"] {
  const presence = presenceOf(domain);
  return presence === "absent" ? "off" : presence;
}

async function carryOut(
  inputs: PlaceInputs,
  before: Placement | undefined,
  decision: Extract<Decision, { action: "move" }>,
  seen: readonly HostLook[],
  { witness, meter }: { readonly witness: Witnesses; readonly meter: MoveMeter },
  operation: Operation,
  sshTry?: SshTry,
): Promise<Placement> {
  const { guest, hosts, options } = inputs;
  const { pool, signal, log } = operation;
  const [from, to] = [hostNamed(hosts, decision.from), hostNamed(hosts, decision.to)];
  const at = (connection: HostConnection) => ({ connection, look: seenAt(seen, connection.name) });
  const source = seenAt(seen, from.name);
  const { takeUp = false } = decision;
  const was = takeUp ? "running" : wayOfBeing(source);
  // A guest that does not run answers nobody: it is not waited for.
  const stands = `${guest} did not run before the move: it was not asked`;
  const words = was === "running" ? witness : Witnesses.call({ guest, silence: stands }, operation);
  meter.begin({ from: from.name, to, running: was === "running" });
  log.status(`looking whether ${guest} can move to ${to.name}`);
  const [firstWords, waived] = await Promise.all([
    words.before(from, source),
    takeUp ? [] : mayMove(inputs, at(from), at(to), operation, sshTry),
  ]);
  const timeoutMs = inputs.timeoutSeconds * 1000;
  const nameHere = nameOn(source, guest);
  const names = { from: nameHere, to: options.newName ?? nameHere };
  const task: Move = { guest, names, from, to, timeoutMs, options, before: was, takeUp };
  const command = commandOf(task);
  log.say(`on ${from.name}: ${command}`);
  await meter.baseline();
  // Who cancels while nothing is moved yet, moves nothing.
  signal.throwIfAborted();

  const started = meter.mark("command");
  const { onEvent } = meter;
  const virsh = await move(task, { pool, signal, status: log.status, say: log.say, onEvent });
  meter.mark("virsh-ended");
  log.status(`looking where ${guest} is, and whether it is the same`);
  const look = (within: AbortSignal) =>
    lookEverywhere(hosts, guest, { pool, signal: within }, { withJob: true, withNetwork: true });
  const there = [
    { host: from, name: names.from },
    { host: to, name: names.to },
  ];
  const logs = () => logsSince(started, there, pool);
  const [settled, lastWords] = await Promise.all([
    settle(task, virsh, { pool, status: log.status, look, logs }),
    words.probe.after(),
  ]);
  const ended = lastWords.answeredAt ?? performance.now();
  if (lastWords.answeredAt !== undefined) meter.mark("answered", lastWords.answeredAt);
  const [after, agent] = await Promise.all([
    whenLearned(settled, lastWords.probe !== undefined, () => look(signal)),
    words.agentAfter(to),
  ]);
  meter.mark("proved");
  if (virsh.complaint !== undefined) log.say(`virsh on ${from.name}: ${virsh.complaint}`);
  log.say(`virsh list --all: ${describeSeen(guest, after.hosts)}`);

  const proofs = proofsOf({
    guest,
    expected: was,
    asked: options,
    before: { ...firstWords, source },
    after: { ...lastWords, agent, ...after },
    ...words.silence,
  });
  const job = jobOf(after) ?? virsh.job;
  if (job !== undefined) onEvent(lastEvent(job));
  const figures = figuresOf(job);
  const state: Placement = {
    runningOn: to.name,
    guestName: nameOn(after.target, guest),
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
  if (failed.length > 0) throw new DoneButFailed(guest, state, notProved(guest, to.name, failed));
  return state;
}

/** Begins with what takes longest before a move, where it is likely which way that goes. */
function likelyTry(
  { hosts, to }: PlaceInputs,
  before: Placement | undefined,
  { pool, signal }: Operation,
  done: AbortSignal,
): SshTry | undefined {
  const others = hosts.filter(({ name }) => name !== to);
  const from = before
    ? hosts.find(({ name }) => name === before.runningOn)
    : others.length === 1
      ? others[0]
      : undefined;
  if (from === undefined || from.name === to) return undefined;
  return SshTry.begin(from, to, { pool, signal: AbortSignal.any([signal, done]) });
}

/** Lets a move begin that no rule speaks against; gives the rules that did and were waived. */
async function mayMove(
  { guest, options, waive }: PlaceInputs,
  source: SeenHost,
  target: SeenHost,
  { pool, signal, log }: Operation,
  sshTry: SshTry | undefined,
): Promise<readonly Waived[]> {
  const question = {
    guest,
    newName: options.newName,
    source,
    target,
    mode: options.mode,
    copiesStorage: options.copyStorage !== "none",
    sshTry,
  };
  const { failures, waived } = await runPreflight(question, { pool, signal, waive });
  for (const { code, found } of waived) log.say(`${code} waived: ${found}`);
  refuseIfAny(failures);
  return waived;
}

/** The job as either side remembers it. */
function jobOf({ source, target }: Pick<Settled, "source" | "target">): CompletedJob | undefined {
  const incoming = target.job?.direction === "outgoing" ? undefined : target.job;
  const outgoing = source.job?.direction === "incoming" ? undefined : source.job;
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

function notProved(guest: string, host: string, failed: readonly Proof[]): LabError {
  return new LabError({
    code: "KVM-607",
    host,
    expected: `the same running ${guest} on ${host}`,
    found: failed.map(({ name, facts }) => `${name} failed: ${facts}`).join("; "),
    mend: `it runs on ${host} now; look at it (./lab console, virsh dominfo ${guest}) before you rely on it`,
  });
}
