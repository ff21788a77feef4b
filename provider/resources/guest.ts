import { isDeepStrictEqual } from "node:util";
import { LabError } from "../../errors/lab-error";
import { refuseRenamed } from "../guest/refuse-renamed";
import { remove } from "../guest/remove";
import { comesToItself } from "../guest/resume";
import { bootAfterAll, defineAndStart, startAgain } from "../guest/start";
import { waitForProbe } from "../guest/wait-for-probe";
import { whatIsThere } from "../guest/what-is-there";
import { type DomainOnHost, isActive, presenceOf } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import { hostNamed, lookEverywhere } from "../host/hosts-of-guest";
import type { PropertyChange } from "../protocol/provider-logic";
import { readDefinition, uuidFor, withUuid } from "./definition";
import { type GuestInputs, guestInputs } from "./inputs";
import { DoneButFailed, type Operation, type Resource } from "./resource";

type State = { readonly uuid: string; readonly runningOn: string; readonly state: string };

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

  foresee: (_inputs, state) => (state === undefined ? {} : runs(state) ? state : { uuid: state.uuid }),

  async create(inputs, operation) {
    const { name, hosts } = inputs;
    const home = hostNamed(hosts, inputs.startOn);
    const definition = withUuid(inputs.definition, await ownUuid(inputs, home, operation));
    const uuid = uuidIn(definition);
    const there = whatIsThere(name, uuid, await lookEverywhere(hosts, name, operation));
    if (there.action === "take-over") {
      operation.log.say(
        `${name} is ours and ${there.found.domain?.state} on ${there.found.host}: taken over`,
      );
      // It may be one of many from one memory, its own or its host's. Nobody has relied yet on who it is.
      if (isActive(there.found.domain?.state))
        await comesToItself(inputs, hostNamed(hosts, there.found.host), operation);
      return { id: uuid, state: await answering(inputs, stateOf(there.found), operation) };
    }
    const leftovers = there.leftovers.map((host) => hostNamed(hosts, host));
    await Promise.all(leftovers.map((host) => remove({ name, uuid }, host, operation)));
    const started = await defineAndStart({ name, definition, memory: inputs.memory }, home, operation);
    const state = { uuid, runningOn: home.name, state: "running" };
    if (started === "resumed" && !(await comesToItself(inputs, home, operation))) {
      await bootAfterAll(name, home, operation);
    }
    return { id: uuid, state: await answering(inputs, state, operation) };
  },

  async read({ name, hosts }, { uuid }, operation) {
    const found = theOne(await lookEverywhere(hosts, name, operation));
    if (found === undefined) refuseRenamed(name, await lookEverywhere(hosts, uuid, operation));
    return found && { state: stateOf(found), found: {} };
  },

  async update(inputs, _state, operation) {
    const { name, hosts } = inputs;
    const found = theOne(await lookEverywhere(hosts, name, operation));
    if (!found) throw goneMeanwhile(name, hosts);
    const state = stateOf(found);
    if (runs(state)) return answering(inputs, state, operation);
    const host = hostNamed(hosts, found.host);
    await startAgain(name, host, operation);
    return answering(inputs, { ...state, runningOn: host.name, state: "running" }, operation);
  },

  async delete(inputs, { uuid }, operation) {
    const { name, hosts } = inputs;
    const seen = await lookEverywhere(hosts, name, operation);
    // Only the one that is ours: somebody else's guest of the same name stays.
    const ours = seen.filter(({ domain }) => domain?.uuid === uuid);
    await Promise.all(ours.map(({ host }) => remove({ name, uuid }, hostNamed(hosts, host), operation)));
  },
};

/** Whether it needs no start. A crashed one that libvirt kept does. */
function runs({ state }: State): boolean {
  return isActive(state) && state !== "crashed";
}

/** Of the hosts that have it, the one that counts: where it runs, else where it stands still, else where it is defined. */
function theOne(seen: readonly DomainOnHost[]): DomainOnHost | undefined {
  const first = (presence: string) => seen.find(({ domain }) => presenceOf(domain) === presence);
  return first("running") ?? first("paused") ?? first("off");
}

function stateOf({ host, domain }: DomainOnHost): State {
  return {
    uuid: domain?.uuid ?? "",
    runningOn: isActive(domain?.state) ? host : "",
    state: domain?.state ?? "absent",
  };
}

/** The guest is there from here on: a failure, or Ctrl-C, must not make the engine forget it. */
async function answering(inputs: GuestInputs, state: State, operation: Operation): Promise<State> {
  try {
    await waitForProbe(inputs, hostNamed(inputs.hosts, state.runningOn), operation);
    return state;
  } catch (error) {
    throw new DoneButFailed(state.uuid, state, error);
  }
}

async function ownUuid(inputs: GuestInputs, home: HostConnection, { urn }: Operation): Promise<string> {
  // Loaded late: a guest is made once, the plugin starts at every deployment.
  const { utils } = (await import("ssh2")).default;
  const key = utils.parseKey(home.privateKey);
  return uuidFor(urn, inputs.name, key instanceof Error ? Buffer.alloc(0) : key.getPublicSSH());
}

function uuidIn(definition: string): string {
  const read = readDefinition(definition);
  if (typeof read !== "string" && read.uuid !== undefined) return read.uuid.toLowerCase();
  throw new Error("the definition has no UUID, although it was given one");
}

function goneMeanwhile(name: string, hosts: readonly HostConnection[]): LabError {
  return new LabError({
    code: "KVM-506",
    host: hosts.map((host) => host.name).join(", "),
    expected: `${name} on one of the hosts`,
    found: "it is on none of them any more",
    mend: "pulumi refresh, then pulumi up, makes it again: ./lab up --refresh",
  });
}
