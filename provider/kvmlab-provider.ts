import { HostPool } from "./host/host-pool";
import type { EngineLog } from "./protocol/engine-log";
import {
  isUnknown,
  type PropertyMap,
  type PropertyValue,
  revealMap,
  secret,
  unknownText,
  withoutNulls,
} from "./protocol/property-values";
import {
  type Failure,
  InitializationFailure,
  type PropertyChange,
  type ProviderLogic,
  type ResourceCall,
} from "./protocol/provider-logic";
import { guest } from "./resources/guest";
import { migration } from "./resources/migration";
import { DoneButFailed, type Operation, type Outputs, type Resource } from "./resources/resource";
import { sshKeyPair } from "./resources/ssh-key-pair";

/** The package's version; also that of its SDK in sdk/. */
export const providerVersion = "0.1.0";

const kinds: Readonly<Record<string, Resource<never, never>>> = {
  "kvmlab:index:SshKeyPair": sshKeyPair as Resource<never, never>,
  "kvmlab:index:Guest": guest as Resource<never, never>,
  "kvmlab:index:Migration": migration as Resource<never, never>,
};

/** Nothing waits for ever: an operation without `customTimeouts` has this long. */
const defaultLimitMs = 3_600_000;

/** The provider `kvmlab`: finds the resource that a call is about, and brings values from and into the engine's form. */
export class KvmlabProvider implements ProviderLogic {
  readonly version = providerVersion;
  readonly #pool = new HostPool();
  readonly #calledOff = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(readonly log: EngineLog) {}

  check(urn: string, inputs: PropertyMap): { inputs: PropertyMap; failures: Failure[] } {
    const given = withoutNulls(inputs);
    const result = kindOf(urn).inputs.safeParse(revealMap(given));
    if (result.success) return { inputs: given, failures: [] };
    const failures = result.error.issues
      // What is not known yet cannot be wrong yet.
      .filter((issue) => !isUnknownAt(revealMap(given), issue.path))
      .map((issue) => ({ property: pathText(issue.path), reason: `expected ${issue.message}` }));
    return { inputs: given, failures };
  }

  diff(
    urn: string,
    olds: PropertyMap,
    news: PropertyMap,
    state: PropertyMap,
  ): ReadonlyMap<string, PropertyChange> {
    const kind = kindOf(urn);
    return kind.diff(known(kind, olds), known(kind, news), revealMap(state) as never);
  }

  async create(call: ResourceCall): Promise<{ id: string; properties: PropertyMap }> {
    const kind = kindOf(call.urn);
    if (call.preview) return { id: "", properties: call.inputs };
    return this.#operate(call.urn, call.timeout, call.inputs, async (operation) => {
      const { id, state } = await kind.create(known(kind, call.inputs), operation);
      return { id, properties: properties(kind, call.inputs, state) };
    });
  }

  async read(urn: string, state: PropertyMap, inputs: PropertyMap) {
    const kind = kindOf(urn);
    return this.#operate(urn, 0, inputs, async (operation) => {
      const result = await kind.read(known(kind, inputs), revealMap(state) as never, operation);
      if (result === undefined) return undefined;
      const found = { ...inputs, ...(result.found as PropertyMap) };
      return { state: properties(kind, found, result.state), inputs: found };
    });
  }

  async update(state: PropertyMap, call: ResourceCall): Promise<PropertyMap> {
    const kind = kindOf(call.urn);
    if (call.preview) return { ...state, ...call.inputs };
    return this.#operate(call.urn, call.timeout, call.inputs, async (operation) => {
      const next = await kind.update(known(kind, call.inputs), revealMap(state) as never, operation);
      return properties(kind, call.inputs, next);
    });
  }

  async delete(urn: string, state: PropertyMap, timeout: number): Promise<void> {
    const kind = kindOf(urn);
    const inputs = known(kind, state);
    await this.#operate(urn, timeout, state, (operation) =>
      kind.delete(inputs, revealMap(state) as never, operation),
    );
  }

  async invoke(token: string): Promise<never> {
    throw new Error(`kvmlab has no function ${token}`);
  }

  cancel(): void {
    this.#calledOff.abort(new Error("cancelled"));
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
    this.#pool.close();
  }

  /** Runs one operation within its limits; what is done although it failed keeps its state. */
  async #operate<T>(
    urn: string,
    timeoutSeconds: number,
    inputs: PropertyMap,
    act: (operation: Operation) => Promise<T>,
  ): Promise<T> {
    const limitMs = timeoutSeconds > 0 ? timeoutSeconds * 1000 : defaultLimitMs;
    const signal = AbortSignal.any([this.#calledOff.signal, AbortSignal.timeout(limitMs)]);
    const log = this.log.forResource(urn);
    const running = act({ pool: this.#pool, signal, log });
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      if (!(error instanceof DoneButFailed)) throw error;
      throw new InitializationFailure(error.id, properties(kindOf(urn), inputs, error.state), error.cause);
    } finally {
      this.#running.delete(running);
      await log.flush();
    }
  }
}

function kindOf(urn: string): Resource<never, never> {
  // urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind = kinds[type];
  if (kind) return kind;
  throw new Error(`kvmlab has no resource ${type}; it has ${Object.keys(kinds).join(", ")}`);
}

/** Inputs as the resource takes them: revealed, with defaults. In a preview some may be unknown, and are left as they are. */
function known(kind: Resource<never, never>, inputs: PropertyMap): never {
  const plain = revealMap(withoutNulls(inputs));
  const parsed = kind.inputs.safeParse(plain);
  return (parsed.success ? parsed.data : plain) as never;
}

/** What the engine keeps: the inputs as they came, their secrets still secret, and the outputs. */
function properties(kind: Resource<never, never>, inputs: PropertyMap, state: Outputs): PropertyMap {
  const outputs = Object.entries(state).map(([name, value]): [string, PropertyValue] => {
    const plain = value as PropertyValue;
    return [name, kind.secretOutputs.includes(name) ? secret(plain) : plain];
  });
  return { ...withoutNulls(inputs), ...Object.fromEntries(outputs) };
}

function isUnknownAt(inputs: PropertyMap, path: readonly PropertyKey[]): boolean {
  let value: PropertyValue | undefined = inputs;
  for (const step of path) {
    if (isUnknown(value)) return true;
    value = (value as Readonly<Record<PropertyKey, PropertyValue>> | undefined)?.[step];
  }
  return isUnknown(value) || JSON.stringify(value ?? null).includes(unknownText);
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index ? "." : ""}${String(step)}`))
    .join("");
}
