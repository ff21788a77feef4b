import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { macOf } from "../../components/guest-definition";
import type { HostConnection } from "../../provider/host/host-connection";
import { newKeyPair } from "../../provider/host/new-key-pair";
import { layOutMachine } from "./machine-files";

export interface MachineWish {
  readonly name: string;
  readonly address: string;
  readonly prefix: number;
  /** Where its files should be. */
  readonly folder: string;
  /** The folder that it has as /var/lib/libvirt/images. */
  readonly share: string;
  /** Whether it has a libvirtd. */
  readonly isKvmHost: boolean;
  readonly operatorKey: ReturnType<typeof newKeyPair>;
}

/**
 * Starts a server: namespaces with a name, an address, an sshd and, on a KVM host, a libvirtd of their own. It must be called where
 * place-init.sh has made the switch. It ends with this process.
 *
 * @returns how to log in; sshd may not listen yet
 */
export async function startMachine(wish: MachineWish): Promise<HostConnection> {
  const { name, address, operatorKey } = wish;
  const folder = join(wish.folder, name);
  await mkdir(folder, { recursive: true });
  const hostKey = newKeyPair();
  await layOutMachine(folder, { name, hostKey, operatorKey: operatorKey.public });
  await plugIn(name, macOf(`${address}/${wish.prefix}`));
  const own = ["--mount", "--propagation", "private", "--uts", "--ipc", "--pid", "--fork", "--kill-child"];
  const program = wish.isKvmHost ? ["/usr/sbin/libvirtd"] : [];
  const words = [folder, name, `${address}/${wish.prefix}`, wish.share, ...program];
  const log = logOf(folder);
  const output = await open(log, "w");
  const running = execa(
    "ip",
    ["netns", "exec", name, "unshare", ...own, "--", "bash", join(__dirname, "machine-init.sh"), ...words],
    { stdin: "ignore", stdout: output.fd, stderr: output.fd, reject: false, env: { LC_ALL: "C" } },
  );
  await output.close();
  // A server that goes takes the benchmark with it, and all is cleared away.
  void running.then(async ({ exitCode }) => {
    console.error(`${name} ended with exit code ${exitCode}:\n${await lastLines(log)}`);
    process.exit(1);
  });
  const { public: publicKey } = hostKey;
  return { name, address, port: 22, user: "root", privateKey: operatorKey.private, hostKey: publicKey };
}

/**
 * A network namespace with one end of a cable; the other is in the switch. The end has a card's usual kind of MAC: of those that the kernel
 * draws by lot, some few are higher than a guest's tap's. A bridge takes the lowest of its ports', so its own would change when the guest
 * arrives, and the other servers would talk to the old one for half a minute.
 */
async function plugIn(name: string, mac: string): Promise<void> {
  const links = [
    `netns add ${name}`,
    `link add to-${name} type veth peer name eth0 address ${mac} netns ${name}`,
    `link set to-${name} master switch up`,
  ];
  await execa("ip", ["-batch", "-"], { input: `${links.join("\n")}\n` });
}

/** What sshd and libvirtd of a server said last, on their outputs. */
export async function lastOutput(folder: string, name: string): Promise<string> {
  return lastLines(logOf(join(folder, name)));
}

function logOf(folder: string): string {
  return join(folder, "machine.log");
}

async function lastLines(log: string): Promise<string> {
  return (await readFile(log, "utf8").catch(() => "")).split("\n").slice(-15).join("\n");
}
