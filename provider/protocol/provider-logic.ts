import type { PropertyMap } from "./property-values";

/** What is wrong with one property of a resource. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** One input that differs from the state. */
export interface PropertyChange {
  readonly kind: "add" | "delete" | "update";
  /** Whether another value needs another resource. */
  readonly replaces: boolean;
  /** Whether the old resource must be gone before its replacement can be made. Default false. */
  readonly deleteFirst?: boolean;
}

/** What the engine says about the resource that a call is about. */
export interface ResourceCall {
  readonly urn: string;
  readonly inputs: PropertyMap;
  /** True when nothing may be done, only told what would come of it. */
  readonly preview: boolean;
  /** From `customTimeouts`, in seconds; 0 when none is set. */
  readonly timeout: number;
}

/** A provider's answers to the engine, apart from how they travel (serve.ts). */
export interface ProviderLogic {
  /** What it says of itself: `1.2.1`. */
  readonly version: string;
  check(
    urn: string,
    inputs: PropertyMap,
  ): { readonly inputs: PropertyMap; readonly failures: readonly Failure[] };
  diff(
    urn: string,
    olds: PropertyMap,
    news: PropertyMap,
    state: PropertyMap,
  ): ReadonlyMap<string, PropertyChange>;
  create(call: ResourceCall): Promise<{ readonly id: string; readonly properties: PropertyMap }>;
  /** What there is now; undefined when the resource is gone. */
  read(
    urn: string,
    state: PropertyMap,
    inputs: PropertyMap,
  ): Promise<{ readonly state: PropertyMap; readonly inputs: PropertyMap } | undefined>;
  update(state: PropertyMap, call: ResourceCall): Promise<PropertyMap>;
  delete(urn: string, state: PropertyMap, timeout: number): Promise<void>;
  invoke(
    token: string,
    args: PropertyMap,
  ): Promise<{ readonly outputs: PropertyMap; readonly failures: readonly Failure[] }>;
  /** The package's schema, for SDKs in other languages. */
  schema?(): object;
  /** Stops everything that runs, and starts nothing more. */
  cancel(): void;
  /** When everything that runs has come to its end, however it ends. */
  settled(): Promise<void>;
}

/** An operation that failed although the resource is there: the engine keeps `properties` and reports the failure. */
export class InitializationFailure extends Error {
  constructor(
    readonly id: string,
    readonly properties: PropertyMap,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
