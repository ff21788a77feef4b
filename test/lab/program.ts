import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExecaChildProcess, execa } from "execa";
import { expect } from "vitest";
import { ensurePulumi } from "../../toolchain/pulumi";

/** A second Pulumi program, with a state of its own, beside the tests' lab: the folder of its name has it. */
export class Program {
  private constructor(
    readonly name: string,
    readonly work: string,
    readonly toolchain: Awaited<ReturnType<typeof ensurePulumi>>,
  ) {}

  static async open(name: string): Promise<Program> {
    const toolchain = await ensurePulumi(() => undefined);
    const work = await mkdtemp(join(tmpdir(), `kvmlab-${name}-`));
    await writeFile(join(work, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    const program = new Program(name, work, toolchain);
    await program.pulumi("stack", "init", name);
    return program;
  }

  /** What the program is to do, as its file of arguments; the keys in it are nobody else's to read. */
  async arguments(given: object): Promise<void> {
    await writeFile(this.#argumentsFile, JSON.stringify(given), { mode: 0o600 });
  }

  /** `pulumi up`, `pulumi destroy` …, to a good end. */
  async pulumi(...args: string[]): Promise<string> {
    const result = await this.start(...args);
    expect(result.exitCode, result.all).toBe(0);
    return result.stdout;
  }

  /** The same, for those who want to end it before its time: the process is the engine. */
  start(...args: string[]): ExecaChildProcess {
    const { name, toolchain, work } = this;
    const init = args[1] === "init";
    const [verb = ""] = args;
    const changes = ["up", "refresh", "destroy"].includes(verb);
    const config = changes || verb === "preview" ? ["--config-file", join(work, `Pulumi.${name}.yaml`)] : [];
    const goesOn = changes ? ["--yes", "--skip-preview"] : [];
    const stack = init ? [] : ["--stack", name];
    return execa(toolchain.pulumi, [...args, ...config, ...goesOn, ...stack, "--non-interactive"], {
      cwd: init ? work : join(__dirname, name),
      reject: false,
      all: true,
      timeout: 600_000,
      env: {
        ...toolchain.env,
        PULUMI_BACKEND_URL: `file://${work}`,
        PULUMI_CONFIG_PASSPHRASE: "a test's",
        KVMLAB_ARGUMENTS: this.#argumentsFile,
      },
    });
  }

  async outputs(): Promise<unknown> {
    return JSON.parse(await this.pulumi("stack", "output", "--json"));
  }

  async close(): Promise<void> {
    await rm(this.work, { recursive: true, force: true });
  }

  get #argumentsFile(): string {
    return join(this.work, "arguments.json");
  }
}
