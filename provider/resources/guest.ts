import { hostname, userInfo } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { ProviderError } from "../errors/provider-error";
import { assignIdentity } from "../guest/assign-identity";
import { definitionDifferences } from "../guest/definition-differences";
import { disksFree } from "../guest/disks-free";
import { placeOf, stateAt, stateOn, xmlAt } from "../guest/place-of";
import { remove, removeHalf } from "../guest/remove";
import { defineAndStart, startAgain } from "../guest/start";
import { waitForProbe } from "../guest/wait-for-probe";
import { whatIsThere } from "../guest/what-is-there";
import { isActive } from "../host/domain-on-host";
import { type GuestView, viewOf } from "../host/guest-view";
import type { HostConnection } from "../host/host-connection";
import { hostNamed } from "../host/hosts-of-guest";
import { inspectUntilSure } from "../migrate/inspect-until-sure";
import { alarm, describeSeen } from "../migrate/plan-migration";
import { situationOf } from "../migrate/situation";
import type { PropertyChange } from "../protocol/provider-logic";
import { readDefinition, uuidFor, withUuid } from "./definition";
import { type GuestInputs, guestInputs } from "./inputs";
import { type Operation, PartialFailure, type Resource } from "./resource";

type State = {
  readonly uuid: string;
  readonly runningOn: string;
  readonly state: string;
  /** Whether this resource found the guest there and did not make it: then it never undefines it. */
  readonly takenOver: boolean;
  /** The definition as libvirt keeps it, as it was last seen. */
  readonly xml: string;
};

/** kvmlab:index:Guest: a domain that belongs to a group of hosts. */
export const guest: Resource<GuestInputs, State> = {
  inputs: guestInputs,
  secretOutputs: [],
  defaults: { readyTimeoutSeconds: 300 },

  diff(olds, news, state) {
    const changes = new Map<string, PropertyChange>();
    const differs = (key: keyof GuestInputs) => !isDeepStrictEqual(olds[key], news[key]);
    for (const key of ["name", "definition"] as const) {
      // The old one first: two of one name, or two on one disk, cannot be.
      if (differs(key)) changes.set(key, { kind: "update", replaces: true, deleteFirst: true });
    }
    for (const key of ["hosts", "observer", "probe", "readyTimeoutSeconds"] as const) {
      if (differs(key)) changes.set(key, { kind: "update", replaces: false });
    }
    if (!runs(state)) changes.set("state", { kind: "update", replaces: false });
    return changes;
  },

  previewOutputs: (_inputs, state) => (state === undefined ? {} : runs(state) ? state : { uuid: state.uuid }),

  async create(inputs, operation) {
    const { name, hosts } = inputs;
    const home = hostNamed(hosts, inputs.startOn);
    const made = await ownUuid(inputs, home, operation);
    const definition = withUuid(inputs.definition, made);
    const uuid = uuidIn(definition);
    const ours = inputs.ownsUuid || uuid === made;
    const context = { inputs, uuid, operation };
    const view = await everyHost(context);
    const found = whatIsThere({ name, ours, home: home.name }, view, (xml) =>
      definitionDifferences(definition, xml),
    );
    const there = { uuid, takenOver: !ours, xml: definition };
    switch (found.action) {
      case "take-over": {
        operation.log.say(
          `${name} is ${stateOn(view, found.on)} on ${found.on} already (UUID ${uuid}): taken over`,
        );
        const state = { ...there, ...stateAt(view, found.on) };
        if (!found.whole) return { id: uuid, state };
        // It may be one of many from one memory, its host's. Nobody has relied yet on who it is.
        if (ours) await assignIdentity(inputs, hostNamed(hosts, found.on), operation);
        return { id: uuid, state: await answering(inputs, state, operation) };
      }
      case "start":
        disksFree(inputs, uuid, view, operation);
        operation.log.say(`${name} is defined on ${found.on} already (UUID ${uuid}): taken over`);
        return {
          id: uuid,
          state: await startedAgain(context, found.on, { ...there, xml: xmlAt(view, found.on) }),
        };
      case "remove-half":
        await removeHalf({ name, uuid }, hostNamed(hosts, found.on), operation);
        return {
          id: uuid,
          state: await startedFromDisk(context, { ...there, runningOn: "", state: "shut off" }),
        };
      case "make": {
        disksFree(inputs, uuid, view, operation);
        const leftovers = found.leftovers.map((host) => hostNamed(hosts, host));
        await Promise.all(leftovers.map((host) => remove({ name, uuid }, host, operation)));
        await defineAndStart({ name, uuid, definition }, home, operation);
        const state = { uuid, runningOn: home.name, state: "running", takenOver: false, xml: definition };
        return { id: uuid, state: await answering(inputs, state, operation) };
      }
    }
  },

  async read(inputs, state, operation) {
    const { name, hosts } = inputs;
    const view = await inspectUntilSure(() =>
      viewOf(hosts, { guest: name, uuid: state.uuid }, operation, { withXml: true }),
    );
    const situation = situationOf(view);
    switch (situation.kind) {
      case "two copies":
        throw alarm(name, view, situation);
      case "absent":
        if (view.foreign.length > 0) operation.log.say(describeSeen(name, view));
        return undefined;
      case "unknown":
        operation.log.say(`${describeSeen(name, view)}: what was known of ${name} stands`);
        return { state, found: {} };
      case "half lost":
        operation.log.say(alarm(name, view, situation).message);
        return { state: { ...state, runningOn: "", state: "half lost" }, found: {} };
      default: {
        const on = placeOf(situation) ?? state.runningOn;
        return { state: { ...state, ...stateAt(view, on), xml: xmlAt(view, on) || state.xml }, found: {} };
      }
    }
  },

  async update(inputs, state, operation) {
    const { name, hosts } = inputs;
    const context = { inputs, uuid: state.uuid, operation };
    const view = await inspectUntilSure(() => viewOf(hosts, { guest: name, uuid: state.uuid }, operation));
    const situation = situationOf(view);
    switch (situation.kind) {
      case "absent":
        throw goneMeanwhile(name, view);
      case "two copies":
      case "unknown":
        throw alarm(name, view, situation);
      case "half lost":
        // What this resource did not make it does not remove, not even a half of it.
        if (state.takenOver) throw alarm(name, view, situation);
        await removeHalf({ name, uuid: state.uuid }, hostNamed(hosts, situation.on), operation);
        return startedFromDisk(context, state);
      case "off":
        return startedFromDisk(context, state);
      default: {
        const on = placeOf(situation) ?? state.runningOn;
        const now = { ...state, ...stateAt(view, on) };
        if (now.state === "crashed") return startedAgain(context, on, now);
        return situation.kind === "running" ? answering(inputs, now, operation) : now;
      }
    }
  },

  async delete(inputs, { uuid, takenOver }, operation) {
    const { name, hosts } = inputs;
    const view = await viewOf(hosts, { guest: name, uuid }, operation);
    if (takenOver)
      return operation.log.say(
        `${name} was there before this program, which lets go of it and leaves it as it is`,
      );
    const having = view.seen.filter(({ domain }) => domain !== undefined);
    // It may be on the host that does not answer, and nobody would remember it.
    if (having.length === 0 && view.silent.length > 0)
      throw alarm(name, view, { kind: "unknown", silent: view.silent.map(({ host }) => host) });
    await Promise.all(having.map(({ host }) => remove({ name, uuid }, hostNamed(hosts, host), operation)));
  },
};

interface Context {
  readonly inputs: GuestInputs;
  readonly uuid: string;
  readonly operation: Operation;
}

/** Hosts may be made at the same time as the guest: one that has just been started may need this long until it answers. */
const startingMs = 180_000;
const pauseMs = 2_000;

/** Looks until every host has answered: a guest that may be on one that is still starting is not made a second time. */
async function everyHost({ inputs: { name, hosts }, uuid, operation }: Context): Promise<GuestView> {
  const { clock, signal, log } = operation;
  const began = clock.now();
  for (;;) {
    const view = await inspectUntilSure(() =>
      viewOf(hosts, { guest: name, uuid }, operation, { withXml: true, withDisks: true }),
    );
    const silent = view.silent.map(({ host }) => host);
    if (silent.length === 0 || clock.now() - began > startingMs) return view;
    log.status(`waiting for ${silent.join(", ")} to answer`);
    await clock.sleep(pauseMs, signal);
  }
}

/** Whether it needs no start. A crashed one that libvirt kept does. */
function runs({ state }: State): boolean {
  return isActive(state) && !["crashed", "half lost"].includes(state);
}

/** Starts a guest that is shut off where its definition is: of several where it ran last, else where it is at home. */
async function startedFromDisk(context: Context, state: State): Promise<State> {
  const { inputs, uuid, operation } = context;
  const view = await inspectUntilSure(() =>
    viewOf(inputs.hosts, { guest: inputs.name, uuid }, operation, { withDisks: true }),
  );
  const situation = situationOf(view);
  if (situation.kind !== "off") throw goneMeanwhile(inputs.name, view);
  disksFree(inputs, uuid, view, operation);
  const wanted = [state.runningOn, inputs.startOn, ...situation.on];
  const on = wanted.find((host) => situation.on.includes(host)) ?? inputs.startOn;
  return startedAgain(context, on, state);
}

async function startedAgain(
  { inputs, uuid, operation }: Context,
  on: string,
  state: Omit<State, "runningOn" | "state">,
): Promise<State> {
  const { name, definition } = inputs;
  await startAgain({ name, uuid, definition }, hostNamed(inputs.hosts, on), operation);
  return answering(inputs, { ...state, runningOn: on, state: "running" }, operation);
}

/** The guest is there from here on: a failure, or Ctrl-C, must not make the engine forget it. */
async function answering(inputs: GuestInputs, state: State, operation: Operation): Promise<State> {
  try {
    await waitForProbe({ ...inputs, uuid: state.uuid }, hostNamed(inputs.hosts, state.runningOn), operation);
    return state;
  } catch (error) {
    throw new PartialFailure(state.uuid, state, error);
  }
}

async function ownUuid(inputs: GuestInputs, home: HostConnection, { urn }: Operation): Promise<string> {
  return uuidFor(urn, inputs.name, await whoDeploys(home));
}

/** Tells one who deploys this program from another: by the login's key, else by the account that runs the deployment. */
async function whoDeploys({ privateKey }: HostConnection): Promise<Buffer> {
  if (privateKey === undefined) return Buffer.from(`${userInfo().username}@${hostname()}`);
  // Loaded late: a guest is made once, the plugin starts at every deployment.
  const { utils } = (await import("ssh2")).default;
  const key = utils.parseKey(privateKey);
  return key instanceof Error ? Buffer.alloc(0) : key.getPublicSSH();
}

function uuidIn(definition: string): string {
  const read = readDefinition(definition);
  if (typeof read !== "string" && read.uuid !== undefined) return read.uuid.toLowerCase();
  throw new Error("the definition has no UUID, although it was given one");
}

function goneMeanwhile(name: string, view: GuestView): ProviderError {
  return new ProviderError({
    code: "KVM-506",
    host: view.seen.map(({ host }) => host).join(", "),
    expected: `${name} on one of the hosts`,
    found: describeSeen(name, view),
    fix: "pulumi up --refresh makes it again",
  });
}
