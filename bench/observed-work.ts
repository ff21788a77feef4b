import { setTimeout as sleep } from "node:timers/promises";
import type { HostConnection } from "../provider/host/host-connection";
import type { HostPool } from "../provider/host/host-pool";
import { ProbeConnection, type ProbeEndpoint } from "../provider/host/probe";
import { measureOptions } from "../provider/measure/measure-options";
import { Observer } from "../provider/measure/observer";
import { median } from "./median";

const pairs = Number(process.env.BENCH_PAIRS ?? 5);
const stretchMs = 15_000;
const answerMs = 30_000;
const observeLimitSeconds = 15 * 60;
/** More than any machine can write in a second. */
const busyMiBps = 16_000_000;

/** A guest, or what stands for it, and where it is observed from. */
export interface Subject {
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
  const observer = new Observer({
    ...seen,
    intervalMs,
    pingIntervalMs,
    requestsPerSecond,
    limitSeconds: observeLimitSeconds,
  });
  await observer.ready;
  const done = await work(subject);
  await observer.end();
  if (observer.broken !== undefined) throw new Error(observer.broken);
  return done;
}

/**
 * What a busy subject gets done alone and observed, alternately; a row for a table. `other`: what is observed while it is not.
 */
export async function observedWork(name: string, subject: Subject, other?: Subject): Promise<string[]> {
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
