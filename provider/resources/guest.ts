import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { LabError } from "../../errors/lab-error";
import { type DomainOnHost, isActive, lookAt } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import { ProbeConnection } from "../host/probe";
import type { PropertyChange } from "../protocol/provider-logic";
import { guestInputs } from "./inputs";
import { DoneButFailed, type Operation, type Resource } from "./resource";

type Inputs = z.output<typeof guestInputs>;
type State = { readonly uuid: string; readonly runningOn: string; readonly state: string };

const virshTimeoutMs = 120_000;

/** kvmlab:index:Guest: a domain that belongs to a group of hosts. */
export const guest: Resource<Inputs, State> = {
  inputs: guestInputs,
  secretOutputs: [],

  diff(olds, news, state) {
    const changes = new Map<string, PropertyChange>();
    const differs = (key: keyof Inputs) => !isDeepStrictEqual(olds[key], news[key]);
    for (const key of ["name", "definition"] as const) {
      if (differs(key)) changes.set(key, { kind: "update", replaces: true });
    }
    for (const key of ["hosts", "observer", "probe", "readyTimeoutSeconds"] as const) {
      if (differs(key)) changes.set(key, { kind: "update", replaces: false });
    }
    if (!isActive(state.state)) changes.set("state", { kind: "update", replaces: false });
    return changes;
  },

  async create(inputs, operation) {
    const seen = await lookEverywhere(inputs, operation);
    const existing = seen.find(({ domain }) => domain !== undefined);
    if (existing) throw alreadyThere(inputs.name, existing);
    const host = hostNamed(inputs, inputs.startOn);
    operation.log.status(`starting ${inputs.name} on ${host.name}`);
    await defineAndStart(inputs, host, operation);
    const state = stateOf(await lookAt(operation.pool, host, inputs.name, operation));
    // From here on the guest is there: a failure must not make the engine forget it.
    await waitForProbe(inputs, operation).catch((error: unknown) => {
      throw new DoneButFailed(state.uuid, state, error);
    });
    return { id: state.uuid, state };
  },

  async read(inputs, _state, operation) {
    const seen = await lookEverywhere(inputs, operation);
    const having = seen.filter(({ domain }) => domain !== undefined);
    const found = having.find(({ domain }) => isActive(domain?.state)) ?? having[0];
    return found && { state: stateOf(found), found: {} };
  },

  async update(inputs, _state, operation) {
    const seen = await lookEverywhere(inputs, operation);
    const having = seen.filter(({ domain }) => domain !== undefined);
    const active = having.find(({ domain }) => isActive(domain?.state));
    const found = active ?? having[0];
    if (!found) throw goneMeanwhile(inputs.name, seen);
    if (!active) await startAgain(inputs, found.host, operation);
    await waitForProbe(inputs, operation);
    return stateOf(await lookAt(operation.pool, hostNamed(inputs, found.host), inputs.name, operation));
  },

  async delete(inputs, state, operation) {
    const seen = await lookEverywhere(inputs, operation);
    // Only the one that is ours: somebody else's guest of the same name stays.
    const ours = seen.filter(({ domain }) => domain?.uuid === state.uuid);
    await Promise.all(ours.map(({ host }) => remove(inputs.name, hostNamed(inputs, host), operation)));
  },
};

function lookEverywhere(inputs: Inputs, operation: Operation): Promise<DomainOnHost[]> {
  return Promise.all(inputs.hosts.map((host) => lookAt(operation.pool, host, inputs.name, operation)));
}

function stateOf({ host, domain }: DomainOnHost): State {
  return {
    uuid: domain?.uuid ?? "",
    runningOn: isActive(domain?.state) ? host : "",
    state: domain?.state ?? "absent",
  };
}

function hostNamed(inputs: Inputs, name: string): HostConnection {
  const host = inputs.hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  throw new Error(`no host ${name} among ${inputs.hosts.map((candidate) => candidate.name).join(", ")}`);
}

/** $1: the guest; $2: its definition. What does not start is not left defined: it would be in the way of the next try. */
const defineScript = `
export LC_ALL=C
file=$(mktemp)
trap 'rm -f "$file"' EXIT
printf '%s' "$2" > "$file"
virsh --quiet define "$file" >&2 || exit 1
virsh --quiet start "$1" >&2 || { virsh --quiet undefine "$1" >&2; exit 1; }
`;

async function defineAndStart(inputs: Inputs, host: HostConnection, operation: Operation): Promise<void> {
  const result = await operation.pool.script(host, defineScript, [inputs.name, inputs.definition], {
    timeoutMs: virshTimeoutMs,
    signal: operation.signal,
  });
  if (result.exitCode !== 0) throw doesNotStart(inputs.name, host.name, result.stderr);
}

async function startAgain(inputs: Inputs, on: string, operation: Operation): Promise<void> {
  operation.log.status(`starting ${inputs.name} again on ${on}`);
  const script = 'LC_ALL=C virsh --quiet start "$1" >&2';
  const options = { timeoutMs: virshTimeoutMs, signal: operation.signal };
  const result = await operation.pool.script(hostNamed(inputs, on), script, [inputs.name], options);
  if (result.exitCode !== 0) throw doesNotStart(inputs.name, on, result.stderr);
}

async function remove(name: string, host: HostConnection, operation: Operation): Promise<void> {
  const script = `
    export LC_ALL=C
    virsh --quiet destroy "$1" > /dev/null 2>&1
    virsh --quiet undefine "$1" --managed-save >&2`;
  const options = { timeoutMs: virshTimeoutMs, signal: operation.signal };
  const result = await operation.pool.script(host, script, [name], options);
  if (result.exitCode === 0 || /failed to get domain/.test(result.stderr)) return;
  throw new LabError({
    code: "KVM-505",
    host: host.name,
    expected: `${name} to be destroyed and undefined`,
    found: result.stderr.trim(),
    mend: `on ${host.name}: virsh destroy ${name}; virsh undefine ${name}`,
  });
}

/** Waits for the guest's first answer, where there is a way to ask it. */
async function waitForProbe(inputs: Inputs, operation: Operation): Promise<void> {
  const { observer, probe } = inputs;
  if (!observer || !probe) return;
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let last: unknown;
  while (elapsed() < inputs.readyTimeoutSeconds) {
    operation.signal.throwIfAborted();
    operation.log.status(
      `waiting for ${inputs.name} to answer on ${probe.address}: ${elapsed().toFixed(0)} s`,
    );
    const attempt = ProbeConnection.open(operation.pool, observer, probe, {
      timeoutMs: 2_000,
      signal: operation.signal,
    });
    try {
      (await attempt).connection.close();
      return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new LabError({
    code: "KVM-502",
    host: observer.name,
    expected: `${inputs.name} to answer on ${probe.address} port ${probe.port} within ${inputs.readyTimeoutSeconds} s`,
    found: last instanceof Error ? (last.message.split("\n")[2]?.trim() ?? last.message) : "no answer",
    mend: "look at its console (./lab console) and at virsh domstate; a slow machine may need readyTimeoutSeconds",
  });
}

function alreadyThere(name: string, { host, domain }: DomainOnHost): LabError {
  return new LabError({
    code: "KVM-501",
    host,
    expected: `no guest ${name} yet`,
    found: `${name} is ${domain?.state} (UUID ${domain?.uuid}), and this stack did not make it`,
    mend: `take another name, or remove it on ${host}: virsh destroy ${name}; virsh undefine ${name}`,
  });
}

function doesNotStart(name: string, host: string, stderr: string): LabError {
  return new LabError({
    code: "KVM-504",
    host,
    expected: `${name} to start`,
    found: stderr.trim().replaceAll("\n", "; ") || "no word from virsh",
    mend: `on ${host}: tail /var/log/libvirt/qemu/${name}.log; df -h /var/lib/libvirt/images; free -m`,
  });
}

function goneMeanwhile(name: string, seen: readonly DomainOnHost[]): LabError {
  return new LabError({
    code: "KVM-506",
    host: seen.map(({ host }) => host).join(", "),
    expected: `${name} on one of the hosts`,
    found: "it is on none of them any more",
    mend: "pulumi refresh, then pulumi up, makes it again: ./lab up --refresh",
  });
}
