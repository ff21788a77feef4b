import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { LabError } from "../../errors/lab-error";
import { type DomainOnHost, isActive, lookAt } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import { decide, describeSeen } from "../migrate/decide";
import { migrateCommand } from "../migrate/migrate-command";
import { move } from "../migrate/move";
import type { PropertyChange } from "../protocol/provider-logic";
import type { Proof } from "../sdk/migration";
import { proofsOf } from "../verify";
import { ProbeWitness } from "../verify/probe-witness";
import { migrationInputs } from "./inputs";
import { DoneButFailed, type Operation, type Resource } from "./resource";

type Inputs = z.output<typeof migrationInputs>;
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
export const migration: Resource<Inputs, State> = {
  inputs: migrationInputs,
  secretOutputs: [],

  diff(olds, news, state) {
    const changes = new Map<string, PropertyChange>();
    if (olds.guest !== news.guest) changes.set("guest", { kind: "update", replaces: true });
    // The place is compared with where the guest is, not with what was asked for last time.
    if (news.to !== state.runningOn) changes.set("to", { kind: "update", replaces: false });
    for (const key of ["hosts", "observer", "probe", "onDelete", "timeoutSeconds"] as const) {
      if (!isDeepStrictEqual(olds[key], news[key])) changes.set(key, { kind: "update", replaces: false });
    }
    return changes;
  },

  async create(inputs, operation) {
    const id = inputs.guest;
    const state = await place(inputs, undefined, operation);
    return { id, state };
  },

  async read(inputs, state, operation) {
    const seen = await lookEverywhere(inputs, operation);
    const active = seen.find(({ domain }) => isActive(domain?.state));
    const runningOn = active?.host ?? "";
    return { state: { ...state, runningOn }, found: { to: runningOn } };
  },

  update: (inputs, state, operation) => place(inputs, state, operation),

  async delete(inputs, state, operation) {
    if (inputs.onDelete === "leave" || state.origin === "") return;
    await place({ ...inputs, to: state.origin }, state, operation);
  },
};

/** Sees to it that the guest runs where it shall. */
async function place(inputs: Inputs, before: State | undefined, operation: Operation): Promise<State> {
  const started = performance.now();
  operation.log.status(`looking for ${inputs.guest}`);
  const witness = ProbeWitness.call(inputs, operation);
  try {
    const seen = await lookEverywhere(inputs, operation);
    operation.log.say(`virsh list --all: ${describeSeen(inputs.guest, seen)}`);
    const decision = decide(inputs.guest, inputs.to, seen);
    if (decision.action === "stay") {
      return {
        ...noMove,
        ...before,
        moved: false,
        runningOn: decision.on,
        origin: before?.origin ?? decision.on,
      };
    }
    return await carryOut(inputs, before, decision, seen, witness, started, operation);
  } finally {
    await witness.close();
  }
}

async function carryOut(
  inputs: Inputs,
  before: State | undefined,
  decision: { readonly from: string; readonly to: string },
  seen: readonly DomainOnHost[],
  witness: ProbeWitness,
  started: number,
  operation: Operation,
): Promise<State> {
  const from = hostNamed(inputs, decision.from);
  const to = hostNamed(inputs, decision.to);
  const command = migrateCommand(inputs.guest, to.name);
  const firstWord = await witness.before();
  operation.log.say(`on ${from.name}: ${command}`);
  const task = { guest: inputs.guest, from, to, timeoutMs: inputs.timeoutSeconds * 1000 };
  const after = await move(task, {
    pool: operation.pool,
    signal: operation.signal,
    status: operation.log.status,
  });
  operation.log.status(`proving that ${inputs.guest} is the same`);
  const lastWord = await witness.after();
  const totalTimeMs = Math.round(performance.now() - started);
  operation.log.say(`virsh list --all: ${describeSeen(inputs.guest, [after.source, after.target])}`);

  const source = seen.find(({ host }) => host === from.name) ?? after.source;
  const proofs = proofsOf({
    guest: inputs.guest,
    before: { source, probe: firstWord },
    after: { ...after, ...lastWord },
    noProbe: witness.silence,
  });
  const job = after.target.job ?? after.source.job;
  const state: State = {
    runningOn: to.name,
    origin: before?.origin ?? from.name,
    moved: true,
    from: from.name,
    totalTimeMs,
    jobTimeMs: job?.timeMs ?? -1,
    downtimeMs: job?.downtimeMs ?? -1,
    dataMovedMiB: job?.dataMovedMiB ?? -1,
    proofs,
    command,
    migratedAt: new Date().toISOString(),
  };
  const failed = proofs.filter(({ verdict }) => verdict === "failed");
  if (failed.length > 0)
    throw new DoneButFailed(inputs.guest, state, notProved(inputs.guest, to.name, failed));
  return state;
}

function lookEverywhere(inputs: Inputs, operation: Operation): Promise<DomainOnHost[]> {
  return Promise.all(inputs.hosts.map((host) => lookAt(operation.pool, host, inputs.guest, operation)));
}

function hostNamed(inputs: Inputs, name: string): HostConnection {
  const host = inputs.hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  throw new Error(`no host ${name} among ${inputs.hosts.map((candidate) => candidate.name).join(", ")}`);
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
