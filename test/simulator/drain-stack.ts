import { drain } from "../../provider/resources/drain";
import { type DrainInputs, drainInputs } from "../../provider/resources/inputs";
import { Deployer } from "./deployer";
import { destroy, hostsOfRun, type Kept, up } from "./engine";
import { errorText, type Run } from "./stack";
import type { World } from "./world";

type State = Awaited<ReturnType<typeof drain.create>>["state"];

/** What the program says of the drain. */
export interface DrainProgram {
  readonly host: string;
  /** UUIDs. Default: all guests that are active there. */
  readonly guests?: readonly string[] | undefined;
  readonly onDelete: "return" | "leave";
  readonly maxOutgoing: number;
  readonly options: object;
  readonly timeoutSeconds: number;
}

export const urn = "urn of the drain";

/** A stack with a Drain in it. */
export class DrainStack {
  kept: Kept<DrainInputs, State> | undefined;
  /** What the last run failed with; undefined when it went well, or was killed. */
  error: unknown;

  readonly #said: (readonly string[])[] = [];

  constructor(
    readonly world: World,
    public program: DrainProgram,
  ) {}

  /** Whether a run has told that this guest could not be marked: if it was killed then, nobody knows where the guest was. */
  toldUnmarked(guest: string): boolean {
    return this.#said
      .flat()
      .some((line) => line.startsWith(`${guest} on `) && line.includes("not be marked"));
  }

  up(): Run {
    return this.#run("drain", (task, hosts) =>
      up(task, drainInputs.parse({ ...drain.defaults, ...this.program, hosts })),
    );
  }

  destroy(refreshes: boolean): Run {
    return this.#run("destroy", (task, hosts) => destroy(task, hosts, refreshes));
  }

  #run(
    what: string,
    act: (task: Parameters<typeof up<DrainInputs, State>>[0], hosts: DrainInputs["hosts"]) => Promise<void>,
  ): Run {
    const deployer = new Deployer(this.world, urn);
    this.#said.push(deployer.said);
    this.error = undefined;
    const remember = (kept: typeof this.kept) => {
      this.kept = kept;
    };
    const task = { resource: drain, kept: this.kept, deployer, remember };
    const hosts = hostsOfRun(this.world);
    const done = act(task, hosts).catch((error: unknown) => {
      this.error = error;
      this.world.tell(`${what} failed: ${errorText(error)}`);
    });
    return { deployer, done };
  }
}
