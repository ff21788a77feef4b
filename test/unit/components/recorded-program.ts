import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** One resource as the engine was asked to register it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** With secrets as they are; which ones are secret, `secrets` says. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the inputs that are, or hold, a secret. */
  readonly secrets: readonly string[];
  /** URNs of what the engine makes first. */
  readonly dependsOn: readonly string[];
  readonly parent: string;
  readonly provider: string;
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** URNs of what takes it along when it is replaced. */
  readonly replaceWith: readonly string[];
}

/** What a program registered, and in which order the engine would have to make it. */
export class RecordedProgram {
  constructor(readonly resources: readonly RecordedResource[]) {}

  /** The one resource of that type and name. `type` may be its last part: `Domain`. */
  find(type: string, name: string): RecordedResource {
    const found = this.resources.filter((resource) => isOf(resource, type) && resource.name === name);
    const [only] = found;
    if (!only || found.length > 1) throw new Error(`${found.length} resources ${type} ${name}`);
    return only;
  }

  /** By name: the order of registration is that in which promises happened to resolve. */
  all(type: string): RecordedResource[] {
    return this.resources
      .filter((resource) => isOf(resource, type))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** What takes `resource` along when it is replaced, as `Type name`. */
  replacedWith(resource: RecordedResource): string[] {
    const takes = this.resources.filter(({ urn }) => resource.replaceWith.includes(urn));
    return takes.map(titled).sort();
  }

  /** Everything that must be there before `resource` is made, as `Type name`, however many steps away. */
  waitsFor(resource: RecordedResource): string[] {
    const seen = new Set<RecordedResource>();
    const visit = (urn: string) => {
      const found = this.resources.find((other) => other.urn === urn);
      if (!found || seen.has(found)) return;
      seen.add(found);
      found.dependsOn.forEach(visit);
    };
    resource.dependsOn.forEach(visit);
    return [...seen].map(titled).sort();
  }
}

/** How the engine's protocol marks a secret. */
const secretMark = "4dabf18193072939515e22adb298388d";

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value && "value" in value) return opened(value.value);
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, opened(part)]));
}

function titled({ type, name }: RecordedResource): string {
  return `${type.split(":").at(-1)} ${name}`;
}

function isOf(resource: RecordedResource, type: string): boolean {
  return resource.type === type || resource.type.split(":").at(-1) === type;
}

/** Outputs that only a provider knows, as the mock providers answer. */
const answers: Record<string, (name: string, commandsPrint: string) => Record<string, unknown>> = {
  "command:remote:Command": (_name, stdout) => ({ stdout }),
  "kvmlab:index:SshKeyPair": (name) => ({
    publicKey: `ssh-ed25519 AAAA${name} ${name}`,
    privateKey: pulumi.secret(`PRIVATE ${name}\n`),
  }),
  "kvmlab:index:RandomSecret": (name) => ({ value: pulumi.secret(`SECRET ${name}`) }),
  "kvmlab:index:Guest": () => ({ state: "running" }),
  "kvmlab:index:Migration": () => ({ runningOn: "target", moved: true, proofs: [] }),
};

/** Runs `program` against a mock engine and returns what it registered. */
export async function recordProgram<Result>(
  program: () => Result | Promise<Result>,
  /** What every command on a host prints. */
  commandsPrint = "kvm\n",
): Promise<RecordedProgram & { readonly result: Result }> {
  const requests: RegisterResourceRequest[] = [];
  const inputs: Record<string, unknown>[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        inputs.push(args.inputs);
        const id = args.type.startsWith("libvirt:") ? `/${args.name}-id` : `${args.name}-id`;
        return { id, state: { ...args.inputs, ...answers[args.type]?.(args.name, commandsPrint) } };
      },
      call: () => ({}),
    },
    "kvm-migration-lab",
    "test",
    false,
  );
  const monitor = pulumi.runtime.getMonitor();
  if (!monitor) throw new Error("no mock monitor");
  const register = monitor.registerResource.bind(monitor) as (...args: unknown[]) => unknown;
  const recording = (request: RegisterResourceRequest, ...rest: unknown[]) => {
    requests.push(request);
    return register(request, ...rest);
  };
  Object.assign(monitor, { registerResource: recording });

  const result = await program();
  await pulumi.runtime.disconnect();
  const resources = requests.map((request, index) => recorded(request, inputs[index] ?? {}));
  return Object.assign(new RecordedProgram(resources), { result });
}

function recorded(
  request: RegisterResourceRequest,
  inputs: Readonly<Record<string, unknown>>,
): RecordedResource {
  const parent = request.getParent();
  const parentTypes = parent === "" ? "" : `${parent.split("::")[2]?.split("$").at(-1)}$`;
  const type = request.getType();
  const urn = ["urn:pulumi:test", "kvm-migration-lab", `${parentTypes}${type}`, request.getName()].join("::");
  return {
    type,
    name: request.getName(),
    urn,
    inputs: opened(inputs) as Record<string, unknown>,
    secrets: Object.keys(inputs).filter((name) => JSON.stringify(inputs[name])?.includes(secretMark)),
    dependsOn: request.getDependenciesList(),
    parent,
    provider: request.getProvider(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replaceWith: request.getReplaceWithList(),
  };
}
