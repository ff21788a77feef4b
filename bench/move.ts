/**
 * npm run bench:move — a move by the migration resource (preflight, move, proofs) against the bare `virsh migrate` of the
 * same guest in the same lab, alternately and in both directions, five pairs; prints every one, the medians and the ratios.
 * Builds the lab of the tests where it is not up, and leaves it up.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { knownLab } from "../cli/access";
import { labStack } from "../cli/lab-stack";
import { textTable } from "../cli/table";
import { HostPool } from "../provider/host/host-pool";
import { parseCompletedJob } from "../provider/host/virsh-text";
import { migrateCommand } from "../provider/migrate/migrate-command";
import { median } from "./median";

const pairs = Number(process.env.BENCH_PAIRS ?? 5);
const stack = labStack("test");
const limitMs = 15 * 60_000;
type Place = "source" | "target";

interface Figures {
  readonly seconds: number;
  readonly jobTimeMs: number;
  readonly downtimeMs: number;
}

/** `./lab up --refresh`, because the guest was moved by hand; only the resource's own update counts, as the engine tells it in whole seconds. */
async function byResource(to: Place): Promise<Figures> {
  const up = ["up", stack.name, "--json", "--refresh", "-c", `guestRunsOn=${to}`];
  const { stdout } = await execa(join(__dirname, "..", "lab"), up, { timeout: limitMs });
  const { migration } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  const log = await readFile(join(stack.folder, "pulumi.log"), "utf8");
  const seconds = Number(/kvmlab:index:Migration migration (?:updated|created) \((\d+)s\)/.exec(log)?.[1]);
  return { seconds, jobTimeMs: migration.jobTimeMs, downtimeMs: migration.downtimeMs };
}

/** The course's command over an SSH connection that is there already. */
async function byHand(pool: HostPool, from: Place, to: Place): Promise<Figures> {
  const { hosts } = await knownLab(stack);
  const run = async (place: Place, command: string) => {
    const host = hosts.find(({ name }) => name === place);
    if (host === undefined) throw new Error(`${place} is not up`);
    const options = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
    const { exitCode, stdout, stderr } = await pool.run(host, `export LC_ALL=C; ${command}`, options);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  await run(from, "true");
  const started = performance.now();
  await run(from, migrateCommand("guest", to));
  const seconds = (performance.now() - started) / 1000;
  const job = parseCompletedJob(await run(to, "virsh domjobinfo guest --completed --keep-completed"));
  return { seconds, jobTimeMs: job?.timeMs ?? Number.NaN, downtimeMs: job?.downtimeMs ?? Number.NaN };
}

async function main(): Promise<void> {
  await byResource("source");
  const pool = new HostPool();
  const resource: Figures[] = [];
  const bare: Figures[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    // Each goes each way in turn: target is another machine than source, and has other work.
    const [here, there]: [Place, Place] = pair % 2 ? ["source", "target"] : ["target", "source"];
    const byOne = async () => bare.push(await byHand(pool, here, there));
    const byOther = async () => resource.push(await byResource(here));
    for (const move of pair % 2 ? [byOne, byOther] : [byOther, byOne]) await move();
    console.log(
      `pair ${pair}: bare ${bare.at(-1)?.seconds.toFixed(1)} s, resource ${resource.at(-1)?.seconds} s`,
    );
  }
  pool.close();
  const row = (what: string, figure: (of: Figures) => number, digits: number) => {
    const [a, b] = [median(bare.map(figure)), median(resource.map(figure))];
    return [what, a.toFixed(digits), b.toFixed(digits), (b / a).toFixed(2)];
  };
  const rows = [
    row("whole, s", ({ seconds }) => seconds, 1),
    row("libvirt's job, ms", ({ jobTimeMs }) => jobTimeMs, 0),
    row("libvirt's downtime, ms", ({ downtimeMs }) => downtimeMs, 0),
  ];
  console.log(textTable([`medians of ${pairs}`, "virsh migrate", "resource", "ratio"], rows));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
