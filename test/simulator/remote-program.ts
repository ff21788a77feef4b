import { Readable } from "node:stream";
import { ProviderError } from "../../provider/errors/provider-error";
import type { RunOptions, RunResult } from "../../provider/host/remote-shell";
import type { Deployer } from "./deployer";
import { Libvirt } from "./libvirt";
import { type Host, deployer as here, type World } from "./world";

/** How a program ends when somebody ends it. */
export class Killed extends Error {}

/** What a program on a host works with. */
export interface Shell {
  readonly world: World;
  readonly host: Host;
  readonly libvirt: Libvirt;
  out(text: string): void;
  err(text: string): void;
  /** A program does nothing in no time. */
  sleep(ms: number): Promise<void>;
  /** The next line of what is given to it; undefined at its end. */
  read(): Promise<string | undefined>;
  /** Is called when the program is killed. */
  onKilled(act: () => void): void;
}

export type Program = (shell: Shell) => Promise<number>;

/** One command on a host, the way to it, and what becomes of it when either breaks. */
export class RemoteProgram {
  #settled = false;
  #killed = false;
  #stdout = "";
  #stderr = "";
  readonly #whenKilled: (() => void)[] = [];
  readonly #wakers = new Set<() => void>();
  readonly #boot: number;
  readonly #lines: string[] = [];
  #inputEnded = false;
  #forgetLimit = () => {};

  constructor(
    readonly world: World,
    readonly deployer: Deployer,
    readonly host: Host,
    readonly program: Program,
    readonly options: RunOptions,
    readonly resolve: (result: RunResult) => void,
    readonly reject: (error: unknown) => void,
  ) {
    this.#boot = host.boots;
  }

  start(): void {
    const { world, host, options, deployer } = this;
    if (options.signal?.aborted) {
      this.reject(options.signal.reason);
      return;
    }
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#forgetLimit = world.time.after(options.timeoutMs, () => {
      this.kill();
      this.#settle(() => this.reject(this.#error("KVM-405", "it was still running and was stopped")));
    });
    deployer.programs.add(this);
    this.#listen();
    world.time.after(world.chance.between(5, 60), () => {
      if (!host.powered || !world.carries(here, host.name)) return this.#loseConnection();
      options.onStarted?.();
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const { world, host } = this;
    const shell: Shell = {
      world,
      host,
      libvirt: new Libvirt(world, host, "us"),
      out: (text) => this.#say(text, "out"),
      err: (text) => this.#say(text, "err"),
      sleep: (ms) => this.#sleep(ms),
      read: () => this.#read(),
      onKilled: (act) => this.#whenKilled.push(act),
    };
    try {
      const exitCode = await this.program(shell);
      this.#answer(() => this.resolve({ stdout: this.#stdout, stderr: this.#stderr, exitCode }));
    } catch (error) {
      if (!(error instanceof Killed)) this.#answer(() => this.reject(error));
    }
  }

  /** Ends the program on its host: somebody's kill, the host's end, or a write to a connection that is gone. */
  kill(): void {
    if (this.#killed) return;
    this.#killed = true;
    for (const act of this.#whenKilled) act();
    for (const wake of this.#wakers) wake();
  }

  /** Its virsh alone is killed: the shell says how it ended. */
  virshDies(): void {
    this.kill();
    this.#answer(() =>
      this.resolve({ stdout: this.#stdout, stderr: `${this.#stderr}Killed\n`, exitCode: 137 }),
    );
  }

  /** The host ended, and with it the connection. */
  hostEnded(): void {
    this.kill();
    this.#loseConnection();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        this.#wakers.delete(wake);
        if (this.#killed || this.host.boots !== this.#boot || !this.host.powered) reject(new Killed());
        else resolve();
      };
      this.#wakers.add(wake);
      this.world.time.after(ms, wake);
    });
  }

  /** Takes what the deployer writes, where it still comes through. */
  #listen(): void {
    const { stdin } = this.options;
    if (!(stdin instanceof Readable)) return;
    stdin.on("data", (data: Buffer) => {
      if (!this.deployer.alive || this.#settled) return;
      if (!this.world.carries(here, this.host.name)) return this.#loseConnection();
      this.#lines.push(...data.toString().split("\n").slice(0, -1));
      for (const wake of this.#wakers) wake();
    });
    stdin.on("end", () => {
      this.#inputEnded = true;
      for (const wake of this.#wakers) wake();
    });
  }

  async #read(): Promise<string | undefined> {
    for (;;) {
      if (this.#killed) throw new Killed();
      const line = this.#lines.shift();
      if (line !== undefined || this.#inputEnded) return line;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#wakers.delete(wake);
          resolve();
        };
        this.#wakers.add(wake);
      });
    }
  }

  #say(text: string, where: "out" | "err"): void {
    if (this.#killed || this.#settled) return;
    if (!this.world.carries(this.host.name, here)) {
      this.#loseConnection();
      return;
    }
    if (where === "out") this.#stdout += text;
    else this.#stderr += text;
    if (this.deployer.alive) (where === "out" ? this.options.onStdout : this.options.onStderr)?.(text);
  }

  #answer(act: () => void): void {
    if (this.#killed && this.#settled) return;
    if (!this.world.carries(this.host.name, here)) {
      this.#loseConnection();
      return;
    }
    this.#settle(act);
  }

  /** Noticed after a while only, when nothing comes back. */
  #loseConnection(): void {
    this.world.time.after(this.world.chance.between(2_000, 20_000), () => {
      this.#settle(() => this.reject(this.#error("KVM-404", "the connection broke")));
    });
  }

  readonly #onAbort = () => {
    const { reason } = this.options.signal ?? {};
    this.world.time.after(50, () => {
      this.kill();
      this.#settle(() => this.reject(reason));
    });
  };

  #settle(act: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#forgetLimit();
    this.options.signal?.removeEventListener("abort", this.#onAbort);
    this.deployer.programs.delete(this);
    if (this.deployer.alive) act();
  }

  #error(code: "KVM-404" | "KVM-405", found: string): ProviderError {
    const host = this.host.name;
    return new ProviderError({ code, host, expected: "an answer", found, fix: `see whether ${host} runs` });
  }
}
