import { ProviderError } from "../../provider/errors/provider-error";
import type { HostConnection } from "../../provider/host/host-connection";
import { guest } from "../../provider/resources/guest";
import {
  type GuestInputs,
  guestInputs,
  type MigrationInputs,
  migrationInputs,
} from "../../provider/resources/inputs";
import { migration } from "../../provider/resources/migration";
import { Deployer } from "./deployer";
import { definitionOf } from "./domains";
import { hostsOfRun, type Kept, up } from "./engine";
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

/** A run that has begun; it is over when the promise is. */
export interface Run {
  readonly deployer: Deployer;
  readonly done: Promise<void>;
}

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

  up(): Run {
    const deployer = new Deployer(this.world, `urn of ${this.program.name}`);
    this.error = undefined;
    const done = this.#up(deployer).catch((error: unknown) => {
      this.error = error;
      this.world.tell(`up failed: ${errorText(error)}`);
    });
    return { deployer, done };
  }

  async #up(deployer: Deployer): Promise<void> {
    const hosts = hostsOfRun(this.world);
    if (this.program.managesGuest) await this.#guest(deployer, hosts);
    await this.#migration(deployer, hosts);
  }

  async #guest(deployer: Deployer, hosts: readonly HostConnection[]): Promise<void> {
    const { name, uuid, startOn } = this.program;
    const definition = definitionOf(name, uuid, 102_408);
    const inputs = guestInputs.parse({ ...guest.defaults, name, definition, startOn, hosts });
    const remember = (kept: typeof this.guest) => {
      this.guest = kept;
    };
    await up({ resource: guest, kept: this.guest, deployer, remember }, inputs);
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
    const remember = (kept: typeof this.migration) => {
      this.migration = kept;
    };
    await up({ resource: migration, kept: this.migration, deployer, remember }, inputs);
  }
}

export function errorText(error: unknown): string {
  if (error instanceof ProviderError) return `${error.facts.code}: ${error.facts.found} | ${error.facts.fix}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
