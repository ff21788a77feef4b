import type { HostConnection } from "../../provider/host/host-connection";
import { type Outputs, PartialFailure, type Resource } from "../../provider/resources/resource";
import type { Deployer } from "./deployer";
import { connection } from "./simulated-hosts";
import type { World } from "./world";

/** What the engine keeps of one resource. */
export interface Kept<Inputs, State> {
  inputs: Inputs;
  state: State;
}

interface Task<Inputs, State extends Outputs> {
  readonly resource: Resource<Inputs, State>;
  readonly kept: Kept<Inputs, State> | undefined;
  readonly deployer: Deployer;
  /** What is to be remembered is told at once: the run may die, or fail, after it. */
  readonly remember: (kept: Kept<Inputs, State> | undefined) => void;
}

let processes = 5_000;

/** Moves of one process wait for each other: each run has connections of its own. */
export function hostsOfRun({ hosts }: World): HostConnection[] {
  const port = processes++;
  return [...hosts.keys()].map((name) => connection(name, port));
}

/** `pulumi up --refresh` of one resource, as the engine does it. */
export async function up<Inputs extends { hosts: unknown }, State extends Outputs>(
  task: Task<Inputs, State>,
  inputs: Inputs,
): Promise<void> {
  const { resource, remember, deployer } = task;
  const operation = deployer.operation();
  let now = await refresh(task, inputs.hosts);
  try {
    if (now !== undefined) {
      const changes = resource.diff({ ...now.inputs, hosts: inputs.hosts }, inputs, now.state);
      if ([...changes.values()].some(({ replaces }) => replaces)) {
        await resource.delete({ ...now.inputs, hosts: inputs.hosts }, now.state, operation);
        now = undefined;
        remember(now);
      } else if (changes.size > 0)
        now = { inputs, state: await resource.update(inputs, now.state, operation) };
    }
    if (now === undefined) now = { inputs, state: (await resource.create(inputs, operation)).state };
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    remember({ inputs, state: error.state as State });
    throw error.cause;
  }
  remember(now);
}

/** `pulumi destroy`, with `--refresh` or without. Nothing is done about what no run came to the end of making. */
export async function destroy<Inputs extends { hosts: unknown }, State extends Outputs>(
  task: Task<Inputs, State>,
  hosts: Inputs["hosts"],
  refreshes: boolean,
): Promise<void> {
  const { resource, deployer, remember, kept } = task;
  const now = refreshes ? await refresh(task, hosts) : kept;
  if (now === undefined) return;
  await resource.delete({ ...now.inputs, hosts }, now.state, deployer.operation());
  remember(undefined);
}

async function refresh<Inputs extends { hosts: unknown }, State extends Outputs>(
  { resource, kept, deployer, remember }: Task<Inputs, State>,
  hosts: Inputs["hosts"],
): Promise<Kept<Inputs, State> | undefined> {
  if (kept === undefined) return undefined;
  const read = await resource.read({ ...kept.inputs, hosts }, kept.state, deployer.operation());
  const now = read && { inputs: { ...kept.inputs, ...read.found }, state: read.state };
  remember(now);
  return now;
}
