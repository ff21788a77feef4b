import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { labDir } from "../../toolchain/cache";
import { findHypervisor, startHypervisor, stopHypervisor } from "../../toolchain/hypervisor";
import { hypervisorCommand, systemPath } from "../../toolchain/hypervisor/hypervisor-exec";
import { ensureHostImage } from "../../toolchain/images";
import { ensurePulumi } from "../../toolchain/pulumi";

const project = resolve(__dirname, "../..");
const name = "own-machine";
const quiet = () => undefined;

/**
 * A machine whose user has a Pulumi, a libvirt daemon at qemu:///system, and a clone of the project: namespaces of the
 * test's own, with the machine's files. Only the registry of packages is asked from outside of them.
 */
export class OwnMachine {
  private constructor(
    /** The clone. */
    readonly clone: string,
    private readonly folder: string,
    private readonly pulumi: string,
  ) {}

  static async make(): Promise<OwnMachine> {
    const folder = await mkdtemp(join(tmpdir(), "kvmlab-own-"));
    const clone = join(folder, "kvm-migration-lab");
    await execa("git", ["clone", "--quiet", project, clone]);
    const toolchain = await ensurePulumi(quiet);
    await startHypervisor(name, { host: await ensureHostImage(quiet) }, "tcg", quiet);
    return new OwnMachine(clone, folder, dirname(toolchain.pulumi));
  }

  /** Runs a command in the clone as its user types it. `outside`: with the network of the machine, for npm. */
  async run(
    command: readonly string[],
    options: { limitSeconds?: number; outside?: boolean; cwd?: string } = {},
  ) {
    const hypervisor = await findHypervisor(name);
    if (hypervisor === undefined) throw new Error("the machine's libvirt has ended");
    const cwd = join(this.clone, options.cwd ?? "");
    const words = ["env", "-C", cwd, ...command];
    const [program = "", ...args] = options.outside ? words : hypervisorCommand(hypervisor, words);
    const result = await execa(program, args, {
      reject: false,
      all: true,
      timeout: (options.limitSeconds ?? 60) * 1000,
      env: {
        PATH: [this.pulumi, dirname(process.execPath), systemPath].join(delimiter),
        PULUMI_HOME: join(this.folder, "pulumi-home"),
        PULUMI_BACKEND_URL: `file://${this.folder}`,
        PULUMI_CONFIG_PASSPHRASE: "the user's own",
      },
    });
    return { exitCode: result.exitCode, stdout: result.stdout, all: result.all ?? "" };
  }

  /** Ends it, with everything that ran there. */
  async remove(): Promise<void> {
    await stopHypervisor(name, quiet);
    await rm(labDir(name), { recursive: true, force: true });
    await rm(this.folder, { recursive: true, force: true });
  }
}
