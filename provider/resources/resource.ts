import type { z } from "zod";
import type { Clock } from "../host/clock";
import type { HostPool } from "../host/host-pool";
import type { ResourceLog } from "../protocol/engine-log";
import type { PropertyMap } from "../protocol/property-values";
import type { PropertyChange } from "../protocol/provider-logic";

/** What an operation works with. */
export interface Operation {
  /** The resource's place in its stack, as the engine writes it. */
  readonly urn: string;
  readonly pool: HostPool;
  readonly clock: Clock;
  /** Aborted when the deployment is cancelled or the time is up. */
  readonly signal: AbortSignal;
  readonly log: ResourceLog;
}

/** The state that a resource has beside its inputs. */
export type Outputs = Readonly<Record<string, unknown>>;

/** One kind of resource: nothing but the order of its steps. Inputs are known and checked when they come here. */
export interface Resource<Inputs, State extends Outputs> {
  readonly inputs: z.ZodObject & z.ZodType<Inputs>;
  /** Names of the outputs that nobody may read in the state. */
  readonly secretOutputs: readonly string[];
  /**
   * Whether its operations end by limits of their own, because they do many things one after the other: then only `customTimeouts`
   * limits a whole operation. Default false: each has an hour.
   */
  readonly limitsItself?: boolean;
  /** The values of inputs that are not given. */
  readonly defaults: PropertyMap;
  /** Of the inputs and the state that was left; what needs nothing done is no change. */
  diff(olds: Inputs, news: Inputs, state: State): ReadonlyMap<string, PropertyChange>;
  /** For previews: the outputs that are known before anything is done. No state: before the resource is made. */
  previewOutputs(inputs: Inputs, state: State | undefined): Partial<State>;
  /** For previews: what is worth saying of what would be done, with or without a look at the hosts; it fails no preview. Undefined: nothing. */
  previewNote?(inputs: Inputs, state: State | undefined, operation: Operation): Promise<string | undefined>;
  create(inputs: Inputs, operation: Operation): Promise<{ readonly id: string; readonly state: State }>;
  /** What there is now; undefined when the resource is gone. Inputs are changed to what was found. */
  read(
    inputs: Inputs,
    state: State,
    operation: Operation,
  ): Promise<{ readonly state: State; readonly found: Partial<Inputs> } | undefined>;
  update(inputs: Inputs, state: State, operation: Operation): Promise<State>;
  delete(inputs: Inputs, state: State, operation: Operation): Promise<void>;
}

/** A failed operation whose resource is there all the same: `state` is what is to be remembered of it. */
export class PartialFailure extends Error {
  constructor(
    readonly id: string,
    readonly state: Outputs,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
