/**
 * npm run bench:measure — what measuring costs the guest: the work that it gets done while it is observed as by default (probes,
 * ICMP echoes, requests), against the same time unobserved, alternately, five pairs. The work is a load that keeps its only
 * processor busy, by its own count. Two subjects: the same probe as a process of this machine, on a processor of its own (beside
 * the observer's, which meanwhile looks at another probe, because it costs this machine something too); and the guest of the lab
 * of the tests, which is built where it is not up. 3 % are allowed.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { hostOf, knownLab } from "../cli/access";
import { labStack } from "../cli/lab-stack";
import { textTable } from "../cli/table";
import { probePort } from "../components/guest-definition";
import type { HostConnection } from "../provider/host/host-connection";
import { HostPool } from "../provider/host/host-pool";
import { ProbeConnection, type ProbeEndpoint } from "../provider/host/probe";
import { measureOptions } from "../provider/measure/measure-options";
import { Observer } from "../provider/measure/observer";
import { RunsHere } from "../test/unit/provider/measure/runs-here";
import { connection as anyHost } from "../test/unit/provider/migrate/scripted-hosts";
import { guestRecipe, probeSources } from "../toolchain/images/guest-initrd";
import { median } from "./median";

const pairs = Number(process.env.BENCH_PAIRS ?? 5);
const stretchMs = 15_000;
const answerMs = 30_000;
const limitMs = 15 * 60_000;
/** More than any machine can write in a second. */
const busyMiBps = 16_000_000;

interface Subject {
  readonly pool: HostPool;
  readonly host: HostConnection;
  readonly probe: ProbeEndpoint;
}

/** Pages a second in one stretch of time, by the subject's own count and clock. */
async function work(subject: Subject): Promise<number> {
  const ask = async () => {
    const signal = AbortSignal.timeout(2 * answerMs);
    const options = { timeoutMs: answerMs, signal };
    const { connection, greeting } = await ProbeConnection.open(
      subject.pool,
      subject.host,
      subject.probe,
      options,
    );
    connection.close();
    return { pages: greeting.memoryLoadPages ?? Number.NaN, ms: greeting.uptimeMs };
  };
  const before = await ask();
  await sleep(stretchMs);
  const after = await ask();
  return ((after.pages - before.pages) * 1000) / (after.ms - before.ms);
}

/** The same while an observer looks at it, or at another one. */
async function observed(subject: Subject, seen = subject): Promise<number> {
  const { intervalMs, pingIntervalMs, requestsPerSecond } = measureOptions.parse({});
  const limitSeconds = limitMs / 1000;
  const observer = new Observer({ ...seen, intervalMs, pingIntervalMs, requestsPerSecond, limitSeconds });
  await observer.ready;
  const done = await work(subject);
  await observer.end();
  if (observer.broken !== undefined) throw new Error(observer.broken);
  return done;
}

async function compare(name: string, subject: Subject, other?: Subject): Promise<string[]> {
  const load = async (mebibytesPerSecond: number) => {
    const options = { timeoutMs: answerMs, signal: AbortSignal.timeout(2 * answerMs) };
    const { pool, host, probe } = subject;
    const { connection } = await ProbeConnection.open(pool, host, probe, options);
    await connection.load(mebibytesPerSecond, answerMs);
    connection.close();
  };
  await load(busyMiBps);
  // The first writing makes the memory that is written to.
  await work(subject);
  const alone: number[] = [];
  const watched: number[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    alone.push(await (other ? observed(subject, other) : work(subject)));
    watched.push(await observed(subject));
    console.log(
      `${name}, pair ${pair}: ${[alone, watched].map((all) => all.at(-1)?.toFixed(0)).join(" and ")}`,
    );
  }
  await load(0);
  const [a, b] = [median(alone), median(watched)];
  return [name, a.toFixed(0), b.toFixed(0), `${((1 - b / a) * 100).toFixed(1)} %`];
}

async function inLab(): Promise<string[]> {
  const stack = labStack("test");
  await execa(join(__dirname, "..", "lab"), ["up", stack.name, "-c", "guestRunsOn=source"], {
    timeout: limitMs,
  });
  const { hosts, outputs } = await knownLab(stack);
  const pool = new HostPool();
  try {
    const address = outputs?.guest.address.split("/")[0] ?? "";
    return await compare("guest of the lab", {
      pool,
      host: hostOf(hosts, "nfs"),
      probe: { address, port: probePort },
    });
  } finally {
    pool.close();
  }
}

async function here(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "kvmlab-bench-"));
  const sources = probeSources.map((file) => join(guestRecipe, file));
  execFileSync("gcc", ["-Os", "-pthread", "-o", join(folder, "probe"), ...sources]);
  const pool = new RunsHere();
  pool.prefix = "taskset -c 1 ";
  const probes = [7321, 7322].map((port, processor) => {
    const data = mkdtempSync(join(folder, "data-"));
    const words = ["-c", String(processor), join(folder, "probe"), "-p", String(port), "-d", data];
    const subject = { pool, host: anyHost("here"), probe: { address: "127.0.0.1", port } };
    return { subject, process: spawn("taskset", words, { stdio: "ignore" }) };
  });
  try {
    await sleep(500);
    const [subject, other] = probes.map((probe) => probe.subject);
    if (subject === undefined) throw new Error("no probe");
    return await compare("process of this machine", subject, other);
  } finally {
    for (const { process } of probes) process.kill();
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const rows = [await here(), await inLab()];
  console.log(textTable([`medians of ${pairs}, pages/s`, "unobserved", "observed", "cost"], rows));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
