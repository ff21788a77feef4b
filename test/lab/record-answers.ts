/**
 * npm run record:answers — what virsh and the scripts of preflight say on the two hosts of a lab of two releases, into the files that the tests of all
 * parsers read: before a move from the older to the newer release, during it, after it, and during and after the way back. The lab is made
 * for it (the tests' own), and taken down.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import type { HostConnection } from "../../provider/host/host-connection";
import { HostPool } from "../../provider/host/host-pool";
import { inspectDomain } from "../../provider/host/inspect-domain";
import { gather } from "../../provider/preflight/gather";
import { inspectHost } from "../../provider/preflight/inspect-host";
import { type Recording, recordingPool, recordings, writtenAs } from "../unit/provider/recording";
import { lab, stack } from "./lab-command";

const guest = "guest";
/** Slow enough to be asked during it. */
const bandwidthMiB = 16;
const signal = AbortSignal.timeout(20 * 60_000);
const pool = new HostPool();

async function succeeds(...args: readonly string[]): Promise<void> {
  const result = await lab(args, 1_200);
  if (result.exitCode !== 0) throw new Error(result.all);
}

/** What the hosts answer while `work` asks them, by their names. */
async function recorded(
  work: (asking: ReturnType<typeof recordingPool>) => Promise<unknown>,
): Promise<(host: HostConnection) => Recording> {
  const answers = new Map<string, Recording>();
  const of = ({ name }: HostConnection) => {
    const known = answers.get(name) ?? new Map<string, string>();
    answers.set(name, known);
    return known;
  };
  await work(recordingPool(pool, of));
  return of;
}

async function write(version: string, moment: string, recording: Recording): Promise<void> {
  await mkdir(join(recordings, version), { recursive: true });
  await writeFile(join(recordings, version, `${moment}.txt`), writtenAs(recording));
  console.log(`${version}/${moment}: ${recording.size} answers`);
}

interface Host {
  readonly version: string;
  readonly connection: HostConnection;
}

async function recordMove(from: Host, to: Host): Promise<void> {
  const hosts = [from.connection, to.connection];
  const before = await recorded(async (asking) => {
    const context = { pool: asking, signal };
    const [source, target] = await Promise.all(hosts.map((host) => inspectHost(host, hosts, guest, context)));
    if (!source || !target) throw new Error("two hosts are asked");
    await gather(
      {
        guest,
        source: { connection: from.connection, inspection: source },
        target: { connection: to.connection, inspection: target },
      },
      context,
    );
  });
  await write(from.version, "leaving", before(from.connection));
  await write(to.version, "coming", before(to.connection));

  const target = to.connection.name;
  const command = `virsh migrate --live --p2p --persistent --undefinesource --bandwidth ${bandwidthMiB} ${guest} qemu+ssh://${target}/system`;
  const moved = pool.run(from.connection, command, { timeoutMs: 300_000, signal });
  const look = () =>
    recorded((asking) =>
      Promise.all(
        hosts.map((host) => inspectDomain(asking, host, guest, { signal, withJob: true, withNetwork: true })),
      ),
    );
  for (let looks = 0; looks < 30; looks++) {
    await setTimeout(1_000);
    const during = await look();
    const jobs = [...during(from.connection)].filter(([asked]) => /domjobinfo \S+$/.test(asked));
    if (!jobs.some(([, answer]) => /Memory processed:\s+\S+ MiB/.test(answer))) continue;
    await write(from.version, "copying", during(from.connection));
    await write(to.version, "receiving", during(to.connection));
    break;
  }
  const { exitCode, stderr } = await moved;
  if (exitCode !== 0) throw new Error(stderr);
  await write(to.version, "arrived", (await look())(to.connection));
}

async function main(): Promise<void> {
  await succeeds("down", stack);
  try {
    await succeeds("up", stack, "-c", 'releases={"target":"trixie"}', "-c", "guestRunsOn=source");
    const { hosts } = await knownLab(labStack(stack));
    const host = (name: string, version: string): Host => {
      const connection = hosts.find((one) => one.name === name);
      if (!connection) throw new Error(`${name} is not up`);
      return { version, connection };
    };
    const older = host("source", "libvirt-9.0");
    const newer = host("target", "libvirt-11.3");
    await recordMove(older, newer);
    await recordMove(newer, older);
  } finally {
    pool.close();
    await succeeds("down", stack);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
