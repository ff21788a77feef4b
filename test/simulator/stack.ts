import { LabError } from "../../errors/lab-error";
import type { HostConnection } from "../../provider/host/host-connection";
import { guest } from "../../provider/resources/guest";
import {
  type GuestInputs,
  guestInputs,
  type MigrationInputs,
  migrationInputs,
} from "../../provider/resources/inputs";
import { migration } from "../../provider/resources/migration";
import { DoneButFailed, type Resource } from "../../provider/resources/resource";
import { Deployer } from "./deployer";
import { definitionOf } from "./domains";
import { connection } from "./simulated-hosts";
import type { World } from "./world";

type GuestState = Awaited<ReturnType<typeof guest.create>>["state"];
type MigrationState = Awaited<ReturnType<typeof migration.create>>["state"];

/** What the program says. */
export interface Program {
  readonly name: string;
  /** The UUID that its definition gives itself, where it does: then somebody may have made that guest before. */
  readonly uuid?: string | undefined;
  /** Whether there is a Guest, or a Migration of a guest that somebody else looks after. */
  readonly managesGuest: boolean;
  /** Whether the Migration is given the guest's UUID, and not its name. */
  readonly byUuid: boolean;
  readonly startOn: string;
  readonly to: string;
  readonly options: object;
  readonly timeoutSeconds: number;
}

interface Kept<Inputs, State> {
  inputs: Inputs;
  state: State;
}

let processes = 5_000;

/** A stack as the engine keeps it, and `pulumi up --refresh` as the engine does it. */
export class Stack {
  guest: Kept<GuestInputs, GuestState> | undefined;
  migration: Kept<MigrationInputs, MigrationState> | undefined;
  /** What the last run failed with; undefined when it went well, or was killed. */
  error: unknown;

  constructor(
    readonly world: World,
    public program: Program,
  ) {}

  /** Begins a run; it is over when the promise is. */
  up(): { readonly deployer: Deployer; readonly done: Promise<void> } {
    const deployer = new Deployer(this.world, `urn of ${this.program.name}`);
    this.error = undefined;
    const done = this.#up(deployer).catch((error: unknown) => {
      this.error = error;
      this.world.tell(`up failed: ${errorText(error)}`);
    });
    return { deployer, done };
  }

  async #up(deployer: Deployer): Promise<void> {
    const hosts = this.#hosts();
    if (this.program.managesGuest) await this.#guest(deployer, hosts);
    await this.#migration(deployer, hosts);
  }

  /** Moves of one process wait for each other: each run has connections of its own. */
  #hosts(): HostConnection[] {
    const port = processes++;
    return [...this.world.hosts.keys()].map((name) => connection(name, port));
  }

  async #guest(deployer: Deployer, hosts: readonly HostConnection[]): Promise<void> {
    const { name, uuid, startOn } = this.program;
    const definition = definitionOf(name, uuid, 102_408);
    const inputs = guestInputs.parse({ ...guest.defaults, name, definition, startOn, hosts });
    this.guest = await step(guest, this.guest, inputs, deployer, (kept) => {
      this.guest = kept;
    });
  }

  async #migration(deployer: Deployer, hosts: readonly HostConnection[]): Promise<void> {
    const { name, uuid, byUuid, to, options, timeoutSeconds } = this.program;
    const inputs = migrationInputs.parse({
      ...migration.defaults,
      guest: byUuid && uuid ? uuid : name,
      hosts,
      to,
      options,
      timeoutSeconds,
    });
    this.migration = await step(migration, this.migration, inputs, deployer, (kept) => {
      this.migration = kept;
    });
  }
}

/** Refreshes one resource, then makes or changes it. What is to be remembered is told at once: the run may die, or fail, after it. */
async function step<Inputs extends { hosts: unknown }, State extends Readonly<Record<string, unknown>>>(
  resource: Resource<Inputs, State>,
  kept: Kept<Inputs, State> | undefined,
  inputs: Inputs,
  deployer: Deployer,
  remember: (kept: Kept<Inputs, State> | undefined) => void,
): Promise<Kept<Inputs, State> | undefined> {
  const operation = deployer.operation();
  let now = kept;
  if (now !== undefined) {
    const read = await resource.read({ ...now.inputs, hosts: inputs.hosts }, now.state, operation);
    now = read && { inputs: { ...now.inputs, ...read.found }, state: read.state };
    remember(now);
  }
  try {
    if (now === undefined) {
      const { state } = await resource.create(inputs, operation);
      now = { inputs, state };
    } else {
      const changes = resource.diff({ ...now.inputs, hosts: inputs.hosts }, inputs, now.state);
      if (changes.size > 0) now = { inputs, state: await resource.update(inputs, now.state, operation) };
    }
  } catch (error) {
    if (!(error instanceof DoneButFailed)) throw error;
    remember({ inputs, state: error.state as State });
    throw error.cause;
  }
  remember(now);
  return now;
}

export function errorText(error: unknown): string {
  if (error instanceof LabError) return `${error.facts.code}: ${error.facts.found} | ${error.facts.mend}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
