import { ProviderError } from "./errors/provider-error";
import { realClock } from "./host/clock";
import { HostPool } from "./host/host-pool";
import type { EngineLog } from "./protocol/engine-log";
import {
  type PropertyMap,
  type PropertyValue,
  revealMap,
  secret,
  withoutNulls,
} from "./protocol/property-values";
import {
  type Failure,
  InitializationFailure,
  type PropertyChange,
  type ProviderLogic,
  type ResourceCall,
} from "./protocol/provider-logic";
import { failuresIn, withSealedKeys } from "./resources/check-inputs";
import { drain } from "./resources/drain";
import { guest } from "./resources/guest";
import { migration } from "./resources/migration";
import { randomSecret } from "./resources/random-secret";
import { type Operation, type Outputs, PartialFailure, type Resource } from "./resources/resource";
import { sshKeyPair } from "./resources/ssh-key-pair";

/** The package's version; also that of its SDK in sdk/. */
export const providerVersion = "0.1.0";

/** Any kind of resource: its inputs and outputs have passed its schema, and fit nothing else. */
type Kind = Resource<never, never>;

const kinds: Readonly<Record<string, Kind>> = {
  "kvmlab:index:RandomSecret": randomSecret as unknown as Kind,
  "kvmlab:index:SshKeyPair": sshKeyPair as unknown as Kind,
  "kvmlab:index:Guest": guest as unknown as Kind,
  "kvmlab:index:Migration": migration as unknown as Kind,
  "kvmlab:index:Drain": drain as unknown as Kind,
};

/** Nothing waits for ever: an operation without `customTimeouts` has this long, where it has no limits of its own. */
const defaultLimitMs = 3_600_000;

/** The provider `kvmlab`: finds the resource that a call is about, and brings values from and into the engine's form. */
export class KvmlabProvider implements ProviderLogic {
  readonly version = providerVersion;
  readonly #pool = new HostPool();
  readonly #cancelled = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(readonly log: EngineLog) {}

  check(urn: string, inputs: PropertyMap): { inputs: PropertyMap; failures: Failure[] } {
    const kind = kindOf(urn);
    const given = withSealedKeys({ ...kind.defaults, ...withoutNulls(inputs) });
    return { inputs: given, failures: failuresIn(kind.inputs, given) };
  }

  diff(
    urn: string,
    olds: PropertyMap,
    news: PropertyMap,
    state: PropertyMap,
  ): ReadonlyMap<string, PropertyChange> {
    const kind = kindOf(urn);
    return kind.diff(known(kind, olds), known(kind, news), outputsIn(kind, state));
  }

  async create(call: ResourceCall): Promise<{ id: string; properties: PropertyMap }> {
    const kind = kindOf(call.urn);
    const inputs = known(kind, call.inputs);
    if (call.preview) {
      await this.#note(call, inputs, undefined);
      return { id: "", properties: properties(kind, call.inputs, kind.previewOutputs(inputs, undefined)) };
    }
    return this.#operate(call.urn, call.timeout, call.inputs, async (operation) => {
      const { id, state } = await kind.create(inputs, operation);
      return { id, properties: properties(kind, call.inputs, state) };
    });
  }

  async read(urn: string, state: PropertyMap, inputs: PropertyMap) {
    const kind = kindOf(urn);
    if (Object.keys(inputs).length === 0) throw notImportable(typeOf(urn));
    return this.#operate(urn, 0, inputs, async (operation) => {
      const result = await kind.read(known(kind, inputs), outputsIn(kind, state), operation);
      if (result === undefined) return undefined;
      const found = { ...inputs, ...(result.found as PropertyMap) };
      return { state: properties(kind, found, result.state), inputs: found };
    });
  }

  async update(state: PropertyMap, call: ResourceCall): Promise<PropertyMap> {
    const kind = kindOf(call.urn);
    const [inputs, before] = [known(kind, call.inputs), outputsIn(kind, state)];
    if (call.preview) {
      await this.#note(call, inputs, before);
      return properties(kind, call.inputs, kind.previewOutputs(inputs, before));
    }
    return this.#operate(call.urn, call.timeout, call.inputs, async (operation) =>
      properties(kind, call.inputs, await kind.update(inputs, before, operation)),
    );
  }

  async delete(urn: string, state: PropertyMap, timeout: number): Promise<void> {
    const kind = kindOf(urn);
    await this.#operate(urn, timeout, state, (operation) =>
      kind.delete(known(kind, state), outputsIn(kind, state), operation),
    );
  }

  async invoke(token: string): Promise<never> {
    throw new Error(`kvmlab has no function ${token}`);
  }

  cancel(): void {
    this.#cancelled.abort(new Error("cancelled"));
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
    this.#pool.close();
  }

  /** Says in a preview what there is to say of what would be done; most resources have nothing. */
  async #note({ urn, timeout, inputs }: ResourceCall, known: never, before: undefined): Promise<void> {
    const { previewNote } = kindOf(urn);
    if (previewNote === undefined) return;
    await this.#operate(urn, timeout, inputs, async (operation) => {
      const note = await previewNote(known, before, operation);
      if (note !== undefined) operation.log.say(note);
    });
  }

  /** Runs one operation within its limits; what is done although it failed keeps its state. */
  async #operate<T>(
    urn: string,
    timeoutSeconds: number,
    inputs: PropertyMap,
    act: (operation: Operation) => Promise<T>,
  ): Promise<T> {
    const limits = limitFor(kindOf(urn), timeoutSeconds);
    const signal = AbortSignal.any([this.#cancelled.signal, ...limits]);
    const log = this.log.forResource(urn);
    const running = act({ urn, pool: this.#pool, clock: realClock, signal, log });
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      throw new InitializationFailure(error.id, properties(kindOf(urn), inputs, error.state), error.cause);
    } finally {
      this.#running.delete(running);
      await log.flush();
    }
  }
}

function limitFor({ limitsItself = false }: Kind, timeoutSeconds: number): AbortSignal[] {
  if (timeoutSeconds > 0) return [AbortSignal.timeout(timeoutSeconds * 1000)];
  return limitsItself ? [] : [AbortSignal.timeout(defaultLimitMs)];
}

/** urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function kindOf(urn: string): Kind {
  const kind = kinds[typeOf(urn)];
  if (kind) return kind;
  throw new Error(`kvmlab has no resource ${typeOf(urn)}; it has ${Object.keys(kinds).join(", ")}`);
}

/** Inputs as the resource takes them: revealed, with defaults. In a preview some may be unknown, and are left as they are. */
function known(kind: Kind, inputs: PropertyMap): never {
  const plain = { ...kind.defaults, ...revealMap(withoutNulls(inputs)) };
  const parsed = kind.inputs.safeParse(plain);
  return (parsed.success ? parsed.data : plain) as never;
}

/** The outputs in what the engine keeps: it keeps inputs and outputs in one map. */
function outputsIn(kind: Kind, state: PropertyMap): never {
  const outputs = Object.entries(state).filter(([name]) => !(name in kind.inputs.shape));
  return revealMap(Object.fromEntries(outputs)) as never;
}

/** What the engine keeps: the inputs as they came, their secrets still secret, and the outputs that are known. */
function properties(kind: Kind, inputs: PropertyMap, state: Outputs): PropertyMap {
  const outputs = Object.entries(state).flatMap(([name, value]): [string, PropertyValue][] => {
    // The wire has no undefined: what is not known is left out.
    if (value === undefined) return [];
    const plain = value as PropertyValue;
    return [[name, kind.secretOutputs.includes(name) ? secret(plain) : plain]];
  });
  return { ...Object.fromEntries(outputs), ...withoutNulls(inputs) };
}

function notImportable(type: string): ProviderError {
  return new ProviderError({
    code: "KVM-507",
    expected: `a resource that a program made: ${type} cannot be imported`,
    found: "an import by its ID alone, which does not say on which hosts to look",
    fix: "write the resource into the program and run pulumi up: a guest that is in place is not moved, and one that this stack made is taken over",
  });
}
