import { ProviderError } from "../../provider/errors/provider-error";
import type { AskOptions } from "../../provider/host/conversation";
import type { HostConnection } from "../../provider/host/host-connection";
import { HostPool } from "../../provider/host/host-pool";
import type { RunOptions, RunResult } from "../../provider/host/remote-shell";
import { commandProgram } from "./commands";
import type { Deployer } from "./deployer";
import { type Program, RemoteProgram } from "./remote-program";
import { scriptProgram } from "./scripts";
import { deployer as here, type World } from "./world";

/** After this a host that says nothing counts as one that cannot be reached. */
const dialMs = 25_000;

/** The product's way to hosts that are simulated. It answers in virsh's own format, so that the real parsers read them. */
export class SimulatedPool extends HostPool {
  constructor(
    readonly world: World,
    readonly deployer: Deployer,
  ) {
    super();
  }

  override async connect({ name, address, port }: HostConnection, signal: AbortSignal): Promise<never> {
    signal.throwIfAborted();
    const { world } = this;
    const reached = () => world.linked(here, name);
    await this.#delay(world.chance.between(1, 40), signal);
    for (let waited = 0; !reached(); waited += 1_000) {
      if (waited >= dialMs)
        throw new ProviderError({
          code: "KVM-401",
          host: name,
          expected: `SSH to answer on ${address} port ${port}`,
          found: `no answer in ${dialMs / 1000} s`,
          fix: `see whether ${name} runs`,
        });
      await this.#delay(1_000, signal);
    }
    // Nobody here uses the connection itself.
    return undefined as never;
  }

  /** No guest answers. A host that is there says at once that nobody listens. */
  override async openTcp(host: HostConnection, address: string): Promise<never> {
    if (!this.world.hosts.has(address)) throw new Error("nobody listens");
    const there = this.world.linked(host.name, address);
    if (!there) await this.deployer.clock.sleep(6_000);
    throw new ProviderError({
      code: "KVM-407",
      host: host.name,
      expected: `TCP connection to ${address}`,
      found: there ? "Connection refused" : "no answer in 6 s",
      fix: `see whether ${address} runs`,
      cause: there ? Object.assign(new Error("refused"), { reason: 2 }) : undefined,
    });
  }

  override async run(
    host: HostConnection,
    command: string,
    options: RunOptions & { readonly signal: AbortSignal },
  ): Promise<RunResult> {
    return this.#start(host, commandProgram(command), options);
  }

  override async script(
    host: HostConnection,
    script: string,
    args: readonly string[],
    options: RunOptions & { readonly signal: AbortSignal },
  ): Promise<RunResult> {
    return this.#start(host, scriptProgram(script, args), options);
  }

  /** Each script has a shell of its own. */
  override async shell(
    host: HostConnection,
    script: string,
    args: readonly string[],
    options: AskOptions,
  ): Promise<string> {
    return (await this.script(host, script, args, options)).stdout;
  }

  async #start(
    host: HostConnection,
    program: Program,
    options: RunOptions & { readonly signal: AbortSignal },
  ): Promise<RunResult> {
    await this.connect(host, options.signal);
    return new Promise((resolve, reject) =>
      new RemoteProgram(
        this.world,
        this.deployer,
        this.world.host(host.name),
        program,
        options,
        resolve,
        reject,
      ).start(),
    );
  }

  /** Ends in time, or when the signal aborts; never for a deployer that is dead. */
  #delay(ms: number, signal: AbortSignal): Promise<void> {
    return this.deployer.clock.sleep(ms, signal);
  }
}
