import { setTimeout as sleep } from "node:timers/promises";
import { type DomainOnHost, type Presence, presenceOf } from "../host/domain-on-host";
import { lacksMemory } from "./outcome";

export interface IdleContext<Seen extends DomainOnHost> {
  readonly signal: AbortSignal;
  readonly status: (line: string) => void;
  readonly look: () => Promise<readonly Seen[]>;
  /** How long a job that goes on is waited for, in ms. */
  readonly jobMs: number;
  /** How long two copies are waited for that no job accounts for, in ms. Default 40 s: libvirt notices a dead peer in 30 s. */
  readonly patienceMs?: number;
  /** Pause between two looks, in ms. Default 1000. */
  readonly pauseMs?: number;
}

/**
 * Looks at the hosts until libvirt is done with what it is at: another's move, or one whose engine was killed. What is
 * seen after the patience is at its end is returned as it is, for others to judge.
 */
export async function whenIdle<Seen extends DomainOnHost>(
  guest: string,
  context: IdleContext<Seen>,
): Promise<readonly Seen[]> {
  const started = performance.now();
  for (;;) {
    const seen = await context.look();
    const work = workOn(seen);
    if (work === undefined) return seen;
    const limitMs = work === "job" ? context.jobMs : (context.patienceMs ?? 40_000);
    if (performance.now() - started > limitMs) return seen;
    context.status(`waiting for another job on ${guest} to end`);
    await sleep(context.pauseMs ?? 1_000);
    context.signal.throwIfAborted();
  }
}

/** What libvirt is at: a job on the copy that runs, or a second copy that stands still beside it and has none. */
export function workOn(seen: readonly DomainOnHost[]): "job" | "second copy" | undefined {
  // Its job stays for ever, until somebody takes it up again.
  if (seen.some(lacksMemory)) return undefined;
  if (seen.some(({ domain }) => domain?.runningJob !== undefined)) return "job";
  const count = (presence: Presence) => seen.filter(({ domain }) => presenceOf(domain) === presence).length;
  const [running, paused] = [count("running"), count("paused")];
  return running < 2 && running + paused > 1 ? "second copy" : undefined;
}
