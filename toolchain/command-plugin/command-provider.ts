import type { EngineLog } from "kvmlab-provider/protocol/engine-log";
import {
  type PropertyMap,
  revealMap,
  unknownText,
  withoutNulls,
} from "kvmlab-provider/protocol/property-values";
import type {
  Failure,
  PropertyChange,
  ProviderLogic,
  ResourceCall,
} from "kvmlab-provider/protocol/provider-logic";
import { checkInputs } from "./checks/input-shape";
import { localRunShape } from "./checks/resource-shapes";
import { detailedDiff } from "./detailed-diff";
import { withAssetPaths } from "./elided-assets";
import { text } from "./property-reader";
import type { ResourceKind, Step } from "./resource";
import { resourceKinds } from "./resource-kinds";

/** Where the program sets no `customTimeouts`: nothing waits for ever. */
const defaultLimitMs = 3_600_000;
/** The longest that a timer takes. */
const longestLimitMs = 2_147_483_647;

/** The stand-in's answers to the engine, apart from how they travel. */
export class CommandProvider implements ProviderLogic {
  /** The version that the stand-in answers for. */
  readonly version = "1.2.1";
  readonly #log: EngineLog;
  readonly #cancelled = new AbortController();

  readonly #running = new Set<Promise<unknown>>();

  constructor(log: EngineLog) {
    this.#log = log;
  }

  check(
    urn: string,
    inputs: PropertyMap,
  ): { readonly inputs: PropertyMap; readonly failures: readonly Failure[] } {
    const kind = resourceKinds[typeOf(urn)];
    if (kind !== undefined) return checkInputs(kind.shape, inputs);
    return { inputs, failures: [{ property: "", reason: unsupported(typeOf(urn)) }] };
  }

  diff(urn: string, oldInputs: PropertyMap, inputs: PropertyMap): Map<string, PropertyChange> {
    return detailedDiff(kindOf(urn).shape, oldInputs, inputs);
  }

  async create(call: ResourceCall): Promise<{ readonly id: string; readonly properties: PropertyMap }> {
    const kind = kindOf(call.urn);
    if (call.preview) return { id: "", properties: expected(kind, call.inputs) };
    const { id, outputs } = await this.#step(call.urn, call.timeout, async (step) =>
      (await kind.load()).create(revealMap(call.inputs), step),
    );
    return { id, properties: { ...withoutNulls(call.inputs), ...outputs } };
  }

  /** What a command did cannot be looked at: the state is what it is. */
  async read(_urn: string, state: PropertyMap, inputs: PropertyMap) {
    return { state: withAssetPaths(state), inputs };
  }

  async update(state: PropertyMap, call: ResourceCall): Promise<PropertyMap> {
    const kind = kindOf(call.urn);
    if (call.preview) return expected(kind, call.inputs);
    const outputs = await this.#step(call.urn, call.timeout, async (step) =>
      (await kind.load()).update(revealMap(state), revealMap(call.inputs), step),
    );
    return { ...withoutNulls(call.inputs), ...outputs };
  }

  async delete(urn: string, state: PropertyMap, timeout: number): Promise<void> {
    const kind = kindOf(urn);
    await this.#step(urn, timeout, async (step) => (await kind.load()).delete(revealMap(state), step));
  }

  /** The function command:local:run: runs a local command at every deployment, previews included. */
  async invoke(
    token: string,
    args: PropertyMap,
  ): Promise<{ readonly outputs: PropertyMap; readonly failures: readonly Failure[] }> {
    if (token !== "command:local:run") throw new Error(unsupported(token));
    const { inputs, failures } = checkInputs(localRunShape, args);
    if (failures.length > 0) return { outputs: {}, failures };
    const known = revealMap(inputs);
    const outputs = await this.#step("", 0, async (step) => {
      const { runLocally } = await import("./resources/local-run.js");
      return runLocally(text(known, "command") ?? "", known, {}, step);
    });
    return { outputs: { ...inputs, ...outputs }, failures };
  }

  /** Stops everything that runs, and starts nothing more. */
  cancel(): void {
    this.#cancelled.abort(new Error("called off"));
  }

  /** When everything that runs has come to its end, however it ends. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #step<T>(urn: string, timeout: number, act: (step: Step) => Promise<T>): Promise<T> {
    const timeoutMs = Math.min(timeout > 0 ? timeout * 1000 : defaultLimitMs, longestLimitMs);
    const timeUp = new AbortController();
    const limit = setTimeout(
      () =>
        timeUp.abort(new Error(`not done within ${timeoutMs / 1000} s; customTimeouts sets another limit`)),
      timeoutMs,
    );
    const signal = AbortSignal.any([timeUp.signal, this.#cancelled.signal]);
    const running = act({ name: nameOf(urn), timeoutMs, signal, log: this.#log.forResource(urn) });
    this.#running.add(running);
    try {
      return await running;
    } finally {
      clearTimeout(limit);
      this.#running.delete(running);
    }
  }
}

/** In a preview the inputs are known and the outputs are not. */
function expected(kind: ResourceKind, inputs: PropertyMap): PropertyMap {
  return { ...withoutNulls(inputs), ...Object.fromEntries(kind.outputs.map((name) => [name, unknownText])) };
}

function kindOf(urn: string): ResourceKind {
  const kind = resourceKinds[typeOf(urn)];
  if (kind === undefined) throw new Error(unsupported(typeOf(urn)));
  return kind;
}

function unsupported(token: string): string {
  const known = [...Object.keys(resourceKinds), "command:local:run"].join(", ");
  return `unsupported: ${token} is not in the lab's stand-in for the command provider, which has ${known}`;
}

/** urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
