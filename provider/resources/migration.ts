import { isDeepStrictEqual } from "node:util";
import { LabError } from "../../errors/lab-error";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import { type Decision, decide, describeSeen } from "../migrate/decide";
import { commandOf, type Move, move } from "../migrate/move";
import { migrationOptions } from "../migrate/options";
import { whenFew } from "../migrate/outgoing";
import { settle } from "../migrate/settle";
import { whenIdle } from "../migrate/when-idle";
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
  command: "",
  migratedAt: "",
};

/** kvmlab:index:Migration: a statement of where a guest shall run. */
export const migration: Resource<MigrationInputs, State> = {
  inputs: migrationInputs,
  secretOutputs: [],
  defaults: { onDelete: "leave", timeoutSeconds: 600, maxOutgoing: 2 },

  diff(olds, news, state) {
    const changes = new Map<string, PropertyChange>();
    if (olds.guest !== news.guest) changes.set("guest", { kind: "update", replaces: true });
    // The place is compared with where the guest is, not with what was asked for last time.
    if (news.to !== state.runningOn) changes.set("to", { kind: "update", replaces: false });
    // In a preview some inputs may be unknown, and the defaults of the options not filled in.
    const options = (inputs: MigrationInputs) => migrationOptions.safeParse(inputs.options ?? {}).data;
    if (!isDeepStrictEqual(options(olds), options(news)))
      changes.set("options", { kind: "update", replaces: false });
    for (const key of ["hosts", "observer", "probe", "onDelete", "timeoutSeconds", "maxOutgoing"] as const) {
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
    const runningOn = whereIs(seen, inputs);
    return { state: { ...state, runningOn }, found: { to: runningOn } };
  },

  update: (inputs, state, operation) => place(inputs, state, operation),

  async delete(inputs, state, operation) {
    const { origin } = state;
    if (inputs.onDelete === "leave" || !inputs.hosts.some(({ name }) => name === origin)) return;
    const seen = await lookEverywhere(inputs.hosts, inputs.guest, operation);
    if (whereIs(seen, inputs) === "")
      return operation.log.say(`${inputs.guest} runs nowhere: nothing to return`);
    await place({ ...inputs, to: origin }, state, operation).catch((error: unknown) => {
      // It is there again, and the engine keeps no state of what it deletes.
      throw error instanceof DoneButFailed ? error.cause : error;
    });
  },
};

/**
 * The host that runs the guest, or at least has its memory, or its definition where no more than that is moved; empty when
 * none does. Of two definitions the one counts that is where it shall be.
 */
function whereIs(seen: readonly DomainOnHost[], { to, options }: MigrationInputs): string {
  const having = (presence: string) => seen.filter(({ domain }) => presenceOf(domain) === presence);
  const active = having("running")[0] ?? having("paused")[0];
  if (active !== undefined || options.mode !== "offline") return active?.host ?? "";
  const defined = having("off");
  return (defined.find(({ host }) => host === to) ?? defined[0])?.host ?? "";
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
    const look = () => lookEverywhere(inputs.hosts, guest, operation, { resolving: [to] });
    const jobMs = inputs.timeoutSeconds * 1000;
    const seen = await whenIdle(guest, { signal, status: log.status, look, jobMs });
    operation.log.say(`virsh list --all: ${describeSeen(guest, seen)}`);
    const { mode } = inputs.options;
    const decision = decide(guest, to, seen, mode);
    const stayed = { ...noMove, ...before, moved: false, runningOn: to, origin: before?.origin || to };
    if (decision.action === "stay") return stayed;
    const from = hostNamed(inputs.hosts, decision.from);
    const context = { pool: operation.pool, signal, status: log.status, patienceMs: jobMs };
    return await whenFew(
      from,
      seenOn(seen, from.name),
      guest,
      inputs.maxOutgoing,
      context,
      async (waited) => {
        if (!waited) return carryOut(inputs, before, decision, seen, witness, operation);
        const now = await look();
        const again = decide(guest, to, now, mode);
        return again.action === "stay" ? stayed : carryOut(inputs, before, again, now, witness, operation);
      },
    );
  } finally {
    witness.close();
  }
}

function seenOn(seen: readonly DomainOnHost[], name: string): DomainOnHost {
  const found = seen.find(({ host }) => host === name);
  if (found) return found;
  throw new Error(`${name} was not looked at`);
}

/** How a guest that is to be moved is, and so shall be afterwards. */
function wayOfBeing({ domain }: DomainOnHost): Move["before"] {
  const presence = presenceOf(domain);
  return presence === "absent" ? "off" : presence;
}

async function carryOut(
  inputs: MigrationInputs,
  before: State | undefined,
  decision: Extract<Decision, { action: "move" }>,
  seen: readonly DomainOnHost[],
  witness: ProbeWitness,
  operation: Operation,
): Promise<State> {
  const { guest, hosts, options } = inputs;
  const { pool, signal, log } = operation;
  const [from, to] = [hostNamed(hosts, decision.from), hostNamed(hosts, decision.to)];
  const source = seenOn(seen, from.name);
  const { takeUp = false } = decision;
  const was = takeUp ? "running" : wayOfBeing(source);
  // A guest that does not run answers nobody: it is not waited for.
  const words = was === "running" ? witness : ProbeWitness.call({}, operation);
  const firstWords = await words.before();
  const timeoutMs = inputs.timeoutSeconds * 1000;
  const task: Move = { guest, from, to, timeoutMs, options, before: was, takeUp };
  const command = commandOf(task);
  log.say(`on ${from.name}: ${command}`);

  const started = performance.now();
  const virsh = await move(task, { pool, signal, status: log.status, say: log.say });
  log.status(`looking where ${guest} is, and whether it is the same`);
  const look = (within: AbortSignal) =>
    lookEverywhere(hosts, guest, { pool, signal: within }, { withJob: true });
  const [after, lastWords] = await Promise.all([
    settle(task, virsh, { pool, status: log.status, look }),
    words.after(),
  ]);
  const ended = lastWords.answeredAt ?? performance.now();
  if (virsh.complaint !== undefined) log.say(`virsh on ${from.name}: ${virsh.complaint}`);
  log.say(`virsh list --all: ${describeSeen(guest, after.hosts)}`);

  const proofs = proofsOf({
    guest,
    expected: was,
    asked: options,
    before: { ...firstWords, source },
    after: { ...lastWords, ...after },
    noProbe: words.silence,
  });
  const state: State = {
    runningOn: to.name,
    origin: before?.origin || from.name,
    moved: true,
    from: from.name,
    totalTimeMs: Math.round(ended - started),
    ...figuresOf(after),
    proofs,
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
