import { isDeepStrictEqual } from "node:util";
import { LabError } from "../../errors/lab-error";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import { type Decision, decide, describeSeen } from "../migrate/decide";
import { migrateCommand } from "../migrate/migrate-command";
import { move } from "../migrate/move";
import { settle } from "../migrate/settle";
import { whenIdle } from "../migrate/when-idle";
import type { Waived } from "../preflight/judge";
import { refuseIfAny } from "../preflight/preflight-failed";
import { runPreflight } from "../preflight/run-preflight";
import type { PropertyChange } from "../protocol/provider-logic";
import type { Proof } from "../sdk/migration";
import { proofsOf } from "../verify";
import { ProbeWitness } from "../verify/probe-witness";
import { hostNamed, lookEverywhere } from "./hosts-of-guest";
import { type MigrationInputs, migrationInputs } from "./inputs";
import { DoneButFailed, type Operation, type Resource } from "./resource";

type State = {
  readonly runningOn: string;
  /** Where this resource found the guest first: `onDelete: return` brings it back there. */
  readonly origin: string;
  readonly moved: boolean;
  readonly from: string;
  readonly totalTimeMs: number;
  readonly jobTimeMs: number;
  readonly downtimeMs: number;
  readonly dataMovedMiB: number;
  readonly proofs: readonly Proof[];
  readonly waived: readonly Waived[];
  readonly command: string;
  readonly migratedAt: string;
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
};

/** kvmlab:index:Migration: a statement of where a guest shall run. */
export const migration: Resource<MigrationInputs, State> = {
  inputs: migrationInputs,
  secretOutputs: [],
  defaults: { onDelete: "leave", timeoutSeconds: 600, waive: [] },

  diff(olds, news, state) {
    const changes = new Map<string, PropertyChange>();
    if (olds.guest !== news.guest) changes.set("guest", { kind: "update", replaces: true });
    // The place is compared with where the guest is, not with what was asked for last time.
    if (news.to !== state.runningOn) changes.set("to", { kind: "update", replaces: false });
    for (const key of ["hosts", "observer", "probe", "onDelete", "timeoutSeconds", "waive"] as const) {
      if (!isDeepStrictEqual(olds[key], news[key])) changes.set(key, { kind: "update", replaces: false });
    }
    return changes;
  },

  foresee: (inputs, state) =>
    inputs.to === state?.runningOn ? { ...state, moved: false } : { runningOn: inputs.to },

  async create(inputs, operation) {
    return { id: inputs.guest, state: await place(inputs, undefined, operation) };
  },

  async read(inputs, state, operation) {
    const seen = await lookEverywhere(inputs.hosts, inputs.guest, operation);
    const runningOn = whereIs(seen);
    return { state: { ...state, runningOn }, found: { to: runningOn } };
  },

  update: (inputs, state, operation) => place(inputs, state, operation),

  async delete(inputs, state, operation) {
    const { origin } = state;
    if (inputs.onDelete === "leave" || !inputs.hosts.some(({ name }) => name === origin)) return;
    const seen = await lookEverywhere(inputs.hosts, inputs.guest, operation);
    if (whereIs(seen) === "") return operation.log.say(`${inputs.guest} runs nowhere: nothing to return`);
    await place({ ...inputs, to: origin }, state, operation).catch((error: unknown) => {
      // It is there again, and the engine keeps no state of what it deletes.
      throw error instanceof DoneButFailed ? error.cause : error;
    });
  },
};

/** The host that runs the guest, or at least has its memory; empty when none does. */
function whereIs(seen: readonly DomainOnHost[]): string {
  const first = (presence: string) => seen.find(({ domain }) => presenceOf(domain) === presence)?.host;
  return first("running") ?? first("paused") ?? "";
}

/** Sees to it that the guest runs where it shall. */
async function place(
  inputs: MigrationInputs,
  before: State | undefined,
  operation: Operation,
): Promise<State> {
  const { guest, to } = inputs;
  operation.log.status(`looking for ${guest}`);
  const witness = ProbeWitness.call(inputs, operation);
  try {
    const { signal, log } = operation;
    const look = () => lookEverywhere(inputs.hosts, guest, operation);
    const jobMs = inputs.timeoutSeconds * 1000;
    const seen = await whenIdle(guest, { signal, status: log.status, look, jobMs });
    operation.log.say(`virsh list --all: ${describeSeen(guest, seen)}`);
    const decision = decide(guest, to, seen);
    if (decision.action === "move") return await carryOut(inputs, before, decision, seen, witness, operation);
    return { ...noMove, ...before, moved: false, runningOn: to, origin: before?.origin || to };
  } finally {
    witness.close();
  }
}

async function carryOut(
  inputs: MigrationInputs,
  before: State | undefined,
  decision: Extract<Decision, { action: "move" }>,
  seen: readonly DomainOnHost[],
  witness: ProbeWitness,
  operation: Operation,
): Promise<State> {
  const { guest, hosts } = inputs;
  const { pool, signal, log } = operation;
  const [from, to] = [hostNamed(hosts, decision.from), hostNamed(hosts, decision.to)];
  log.status(`looking whether ${guest} can move to ${to.name}`);
  const [firstWords, checked] = await Promise.all([
    witness.before(),
    runPreflight({ guest, source: from, target: to }, { pool, signal, waive: inputs.waive }),
  ]);
  for (const { code, found } of checked.waived) log.say(`${code} waived: ${found}`);
  refuseIfAny(checked.failures);
  const command = migrateCommand(guest, to.name);
  log.say(`on ${from.name}: ${command}`);

  const task = { guest, from, to, timeoutMs: inputs.timeoutSeconds * 1000 };
  const started = performance.now();
  const virsh = await move(task, { pool, signal, status: log.status });
  log.status(`looking where ${guest} is, and whether it is the same`);
  const look = (within: AbortSignal) =>
    lookEverywhere(hosts, guest, { pool, signal: within }, { withJob: true });
  const [after, lastWords] = await Promise.all([
    settle(task, virsh, { pool, status: log.status, look }),
    witness.after(),
  ]);
  const ended = lastWords.answeredAt ?? performance.now();
  if (virsh.complaint !== undefined) log.say(`virsh on ${from.name}: ${virsh.complaint}`);
  log.say(`virsh list --all: ${describeSeen(guest, after.hosts)}`);

  const source = seen.find(({ host }) => host === from.name) ?? after.source;
  const proofs = proofsOf({
    guest,
    before: { ...firstWords, source },
    after: { ...lastWords, ...after },
    noProbe: witness.silence,
  });
  const state: State = {
    runningOn: to.name,
    origin: before?.origin || from.name,
    moved: true,
    from: from.name,
    totalTimeMs: Math.round(ended - started),
    ...figuresOf(after),
    proofs,
    waived: checked.waived,
    command,
    migratedAt: new Date().toISOString(),
  };
  const failed = proofs.filter(({ verdict }) => verdict === "failed");
  if (failed.length > 0) throw new DoneButFailed(guest, state, notProved(guest, to.name, failed));
  return state;
}

/** libvirt's own figures of the job, as either side remembers it; -1 for what it does not tell. */
function figuresOf({ source, target }: { source: DomainOnHost; target: DomainOnHost }) {
  const incoming = target.job?.direction === "outgoing" ? undefined : target.job;
  const outgoing = source.job?.direction === "incoming" ? undefined : source.job;
  const job = incoming ?? outgoing;
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
