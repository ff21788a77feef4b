import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { type ExecaChildProcess, execa } from "execa";
import { findHypervisor, hypervisorFolders, startHypervisor } from "../../machines/hypervisor";
import { hypervisorCommand, systemPath } from "../../machines/hypervisor/hypervisor-exec";
import { ensureHostImage } from "../../machines/images";
import { ensurePulumi } from "../../toolchain/pulumi";
import { ownMachine, removeOwnMachine } from "./fresh-lab";
import { noLab } from "./no-lab";

const project = resolve(__dirname, "../..");
const name = ownMachine;
const quiet = () => undefined;

/**
 * A machine whose user has a Pulumi, a libvirt daemon at qemu:///system, and a clone of the project: namespaces of the
 * test's own, with the machine's files. Only the registry of packages is asked from outside of them.
 */
export class OwnMachine {
  #sshd: ExecaChildProcess | undefined;

  private constructor(
    /** The clone. */
    readonly clone: string,
    private readonly folder: string,
    private readonly pulumi: string,
  ) {}

  static async make(): Promise<OwnMachine> {
    await noLab();
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
        // Its own folder, and no way to the download here.
        KVMLAB_STAND_IN: "1",
        PULUMI_BACKEND_URL: `file://${this.folder}`,
        PULUMI_CONFIG_PASSPHRASE: "the user's own",
      },
    });
    return { exitCode: result.exitCode, stdout: result.stdout, all: result.all ?? "" };
  }

  /** Has the machine's libvirt reached by SSH, as that of another machine is; gives the address to set as `hypervisor`. */
  async openSsh(): Promise<string> {
    const at = (file: string) => join(this.folder, file);
    for (const key of ["ssh-host", "ssh-user"])
      await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", at(key)]);
    await writeFile(at("known-hosts"), `127.0.0.1 ${await readFile(at("ssh-host.pub"), "utf8")}`);
    const config = [
      "ListenAddress 127.0.0.1",
      `HostKey ${at("ssh-host")}`,
      `AuthorizedKeysFile ${at("ssh-user.pub")}`,
      ...["PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no"],
      // The user's own start files are not tried here.
      `SetEnv HOME=${this.folder}`,
    ];
    await writeFile(at("sshd_config"), `${config.join("\n")}\n`);
    // sshd wants /run/sshd: it gets one that nobody else sees, beside the machine's libvirt.
    const script =
      'mount --bind "$1" /mnt && mount -t tmpfs tmpfs /run && mkdir /run/sshd /run/libvirt && mount --move /mnt /run/libvirt && exec /usr/sbin/sshd -D -e -f "$2"';
    const words = ["unshare", "--mount", "sh", "-c", script, "sh"];
    const hypervisor = await findHypervisor(name);
    if (hypervisor === undefined) throw new Error("the machine's libvirt has ended");
    const [program = "", ...args] = hypervisorCommand(hypervisor, [
      ...words,
      hypervisorFolders(name).run,
      at("sshd_config"),
    ]);
    const sshd = execa(program, args, { reject: false, stdio: ["ignore", "ignore", "pipe"] });
    this.#sshd = sshd;
    await new Promise<void>((resolve, reject) => {
      sshd.stderr?.on("data", (text: Buffer) => {
        if (text.includes("Server listening")) resolve();
      });
      void sshd.then(({ stderr }) => reject(new Error(`sshd ended: ${stderr}`)));
    });
    return `qemu+ssh://root@127.0.0.1/system?sshauth=privkey&keyfile=${at("ssh-user")}&knownhosts=${at("known-hosts")}`;
  }

  /** Ends it, with everything that ran there. */
  async remove(): Promise<void> {
    this.#sshd?.kill();
    await removeOwnMachine();
    await rm(this.folder, { recursive: true, force: true });
  }
}
