import type { ResourceLog } from "kvmlab-provider/protocol/engine-log";
import type { PropertyMap } from "kvmlab-provider/protocol/property-values";
import type { ObjectShape } from "./checks/input-shape";

/** What every step of a resource's life is told. */
export interface Step {
  /** The resource's name in the program. */
  readonly name: string;
  /** Aborts when the deployment is called off or the step's time is up. */
  readonly signal: AbortSignal;
  /** Limit of the whole step, from `customTimeouts` or the default. */
  readonly timeoutMs: number;
  readonly log: ResourceLog;
}

/** What a resource of the stand-in can do. Maps come with their secrets revealed; results are merged over the inputs. */
export interface ResourceLife {
  create(inputs: PropertyMap, step: Step): Promise<{ readonly id: string; readonly outputs: PropertyMap }>;
  update(state: PropertyMap, inputs: PropertyMap, step: Step): Promise<PropertyMap>;
  delete(state: PropertyMap, step: Step): Promise<void>;
}

export interface ResourceKind {
  readonly shape: ObjectShape;
  /** Outputs that are no inputs: unknown in previews. */
  readonly outputs: readonly string[];
  /** Loaded only when there is something to do: an unchanged deployment never needs SSH. */
  readonly load: () => Promise<ResourceLife>;
}
