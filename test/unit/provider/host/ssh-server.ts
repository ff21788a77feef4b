import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const sshdProgram = "/usr/sbin/sshd";
/** For other users than the tests' own: the temporary folder of a run of tests may be closed to them. */
export const openToAll = "/tmp";

/** A real OpenSSH server of this test alone, on a loopback port, with keys and files in a folder of its own. */
export interface SshServer {
  readonly connection: {
    readonly name: string;
    readonly address: string;
    readonly port: number;
    readonly user: string;
    readonly privateKey: string;
    readonly hostKey: string;
  };
  /** A key that the server does not know. */
  readonly strangersKey: string;
  /** Empty folder for the test's files; gone after stop(). */
  readonly folder: string;
  start(): Promise<void>;
  /** Ends the listener and every session, as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Files of the system that this server and all that it starts see otherwise, path and text: in its mount namespace, so only root has them. */
export type OwnFiles = Readonly<Record<string, string>>;

/** Prepares a server without starting it: its port is known, and refuses. */
export async function prepareSshServer(
  settings: readonly string[] = [],
  ownFiles: OwnFiles = {},
): Promise<SshServer> {
  if (!existsSync(sshdProgram))
    throw new Error(`${sshdProgram} is not there: npm run test:unit installs Debian's openssh-server first`);
  const folder = mkdtempSync(join(Object.keys(ownFiles).length > 0 ? openToAll : tmpdir(), "lab-ssh-test-"));
  for (const key of ["host", "user", "stranger"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, key)]);
  }
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const port = await freePort();
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/user.pub`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "AcceptEnv LANG LC_*",
    "Subsystem sftp internal-sftp",
    // The user's own start files are not tried here: they may take long, or wait for each other.
    `SetEnv HOME=${folder}`,
    ...settings,
  ];
  writeFileSync(join(folder, "sshd_config"), `${config.join("\n")}\n`);
  const binds = Object.entries(ownFiles).map(([path, text]): [string, string] => {
    const file = join(folder, path.replaceAll("/", "-"));
    writeFileSync(file, text, { mode: 0o444 });
    return [file, path];
  });
  if (binds.length > 0) chmodSync(folder, 0o755);
  let server: ChildProcess | undefined;

  const kill = async () => {
    const running = server;
    server = undefined;
    if (running?.pid === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    for (const pid of processTree(running.pid)) killIfThere(pid);
    await ended;
  };
  return {
    folder,
    strangersKey: read("stranger"),
    connection: {
      name: "sshd-under-test",
      address: "127.0.0.1",
      port,
      user: userInfo().username,
      privateKey: read("user"),
      hostKey: read("host.pub").trim(),
    },
    async start() {
      server = spawnSshd(join(folder, "sshd_config"), binds);
      await listening(server);
    },
    kill,
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server's settings under which commands are run as sshd does it for a user who has this login shell, and this environment. */
export function withLoginShell(shell: string, environment: readonly string[] = []): string[] {
  return [`ForceCommand exec env ${environment.join(" ")} ${shell} -c "$SSH_ORIGINAL_COMMAND"`];
}

export async function startSshServer(
  settings: readonly string[] = [],
  ownFiles: OwnFiles = {},
): Promise<SshServer> {
  const server = await prepareSshServer(settings, ownFiles);
  await server.start();
  return server;
}

/** As root sshd wants /run/sshd: it gets one in a mount namespace of its own, and nothing is left on the machine. */
function spawnSshd(config: string, binds: readonly (readonly [string, string])[]): ChildProcess {
  const sshd = [sshdProgram, "-D", "-e", "-f", config, "-o", "LogLevel=INFO"];
  const script = `mount -t tmpfs tmpfs /run && mkdir /run/sshd || exit
    while [ "$1" != -- ]; do mount --bind "$1" "$2" && shift 2 || exit; done
    shift; exec "$@"`;
  const words = ["sh", "-c", script, "sh", ...binds.flat(), "--", ...sshd];
  const argv = userInfo().uid === 0 ? ["unshare", "--mount", ...words] : sshd;
  const [program = "", ...rest] = argv;
  return spawn(program, rest, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
}

/** The process and all below it: sshd gives each session a process group of its own. */
function processTree(pid: number): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  const children = stdout.split("\n").filter((line) => line.trim() !== "");
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    const limit = setTimeout(() => reject(new Error(`sshd did not start: ${log}`)), 10_000);
    server.once("exit", () => reject(new Error(`sshd ended: ${log}`)));
    server.stderr?.on("data", (text: Buffer) => {
      log += text.toString();
      if (!log.includes("Server listening")) return;
      clearTimeout(limit);
      resolve();
    });
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
