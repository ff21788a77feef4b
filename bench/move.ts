/**
 * npm run bench:move — a move by the migration resource (preflight, move, proofs) against the bare `virsh migrate` of the
 * same guest in the same lab, alternately and in both directions, five pairs (BENCH_PAIRS); prints every one, the medians and the ratios.
 * With BENCH_TRANSPORT=client virsh itself carries the bare move, and so shows what a move that the hosts carry costs. Builds the lab of the tests where it is not up, and leaves it up.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { hostOf, knownLab } from "../cli/access";
import { labStack } from "../cli/lab-stack";
import type { HostConnection } from "../provider/host/host-connection";
import { HostPool } from "../provider/host/host-pool";
import { parseCompletedJob } from "../provider/host/job-text";
import { migrateCommand } from "../provider/migrate/migrate-command";
import { migrationOptions } from "../provider/migrate/options";
import { freshSsh } from "./fresh-ssh";
import { type MoveFigures, movePairs, type Place } from "./move-pairs";

const stack = labStack("test");
const limitMs = 15 * 60_000;
const bare = migrationOptions.parse({ transport: process.env.BENCH_TRANSPORT });

/** `./lab up --refresh`, because the guest was moved by hand; only the resource's own update counts, as the engine tells it in whole seconds. */
async function byResource(to: Place): Promise<MoveFigures> {
  const up = ["up", stack.name, "--json", "--refresh", "-c", `guestRunsOn=${to}`];
  const { stdout } = await execa(join(__dirname, "..", "lab"), up, { timeout: limitMs });
  const { migration } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  const log = await readFile(join(stack.folder, "pulumi.log"), "utf8");
  const seconds = Number(/kvmlab:index:Migration migration (?:updated|created) \((\d+)s\)/.exec(log)?.[1]);
  return { seconds, jobTimeMs: migration.jobTimeMs, downtimeMs: migration.downtimeMs };
}

/** The course's command over an SSH connection that is there already. */
async function byHand(pool: HostPool, from: HostConnection, to: HostConnection): Promise<MoveFigures> {
  const run = async (host: HostConnection, command: string) => {
    const options = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
    const { exitCode, stdout, stderr } = await pool.run(host, `export LC_ALL=C; ${command}`, options);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  await run(from, "true");
  const started = performance.now();
  await run(from, migrateCommand("guest", to.name, bare));
  const seconds = (performance.now() - started) / 1000;
  const job = parseCompletedJob(await run(to, "virsh domjobinfo guest --completed --keep-completed"));
  return { seconds, jobTimeMs: job?.timeMs ?? Number.NaN, downtimeMs: job?.downtimeMs ?? Number.NaN };
}

async function main(): Promise<void> {
  await byResource("source");
  const { hosts } = await knownLab(stack);
  const between = { source: hostOf(hosts, "source"), target: hostOf(hosts, "target") };
  const pool = new HostPool();
  try {
    await movePairs({
      begin: () => freshSsh(pool, between),
      byHand: (from, to) => byHand(pool, between[from], between[to]),
      byResource,
    });
  } finally {
    pool.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
