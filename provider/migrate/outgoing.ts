import pLimit, { type LimitFunction } from "p-limit";
import { ProviderError } from "../errors/provider-error";
import type { Clock } from "../host/clock";
import { type DomainOnHost, isActive } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { isOutgoing } from "../host/job-text";
import { linesOf } from "../host/sections";

export interface OutgoingContext {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly status: (line: string) => void;
  /** How long others' moves are waited for, in ms. */
  readonly patienceMs: number;
  /** Pause between two counts, in ms. Default 2000. */
  readonly pauseMs?: number;
}

/** Moves of this process, by the host that they leave. */
const leaving = new Map<string, LimitFunction>();

/**
 * Does a move when fewer than `most` others leave the host: those of this process wait for each other, and what libvirt
 * shows of others' is counted before the start. Two processes that begin in the same second may still exceed it.
 *
 * @throws ProviderError KVM-615 others still leave the host after the patience is at its end
 */
export function withOutgoingSlot<T>(
  from: HostConnection,
  seen: DomainOnHost,
  guest: string,
  most: number,
  context: OutgoingContext,
  act: (waited: boolean) => Promise<T>,
): Promise<T> {
  const limit = limitFor(from, most);
  const queued = limit.activeCount >= most;
  if (queued) context.status(`waiting: ${limit.activeCount} moves leave ${from.name} (maxOutgoing: ${most})`);
  return limit(async () => {
    context.signal.throwIfAborted();
    // Those of this process are counted by libvirt too; they are in the limit already, and less than `most` here.
    const waited = await othersEnd(from, seen, guest, most, context);
    return act(queued || waited);
  });
}

function limitFor({ address, port }: HostConnection, most: number): LimitFunction {
  const key = `${address} ${port}`;
  const limit = leaving.get(key) ?? pLimit(most);
  leaving.set(key, limit);
  limit.concurrency = most;
  return limit;
}

/** Waits until libvirt shows fewer than `most` moves of other guests out of the host; false when there was no need to. */
async function othersEnd(
  from: HostConnection,
  seen: DomainOnHost,
  guest: string,
  most: number,
  context: OutgoingContext,
): Promise<boolean> {
  // A host with no more active guests than that has no such moves: it is not asked.
  const itself = seen.domain?.name ?? guest;
  const others = seen.list.filter(({ name, state }) => name !== itself && isActive(state));
  if (others.length < most) return false;
  const { clock } = context;
  const started = clock.now();
  for (let waited = false; ; waited = true) {
    const moves = await countOutgoing(from, context);
    if (moves < most) return waited;
    if (clock.now() - started > context.patienceMs) throw tooMany(from.name, moves, most);
    context.status(`waiting: ${moves} moves leave ${from.name} (maxOutgoing: ${most})`);
    await clock.sleep(context.pauseMs ?? 2_000, context.signal);
  }
}

const countMs = 60_000;

async function countOutgoing(from: HostConnection, { pool, signal }: OutgoingContext): Promise<number> {
  const ask = (commands: readonly string[]) => pool.virsh(from, commands, { timeoutMs: countMs, signal });
  const [active] = await ask(["list --uuid"]);
  const jobs = await ask(linesOf(active?.out).map((uuid) => `domjobinfo ${uuid}`));
  return jobs.filter(({ out }) => isOutgoing(out)).length;
}

function tooMany(host: string, moves: number, most: number): ProviderError {
  return new ProviderError({
    code: "KVM-615",
    host,
    expected: `fewer than ${most} moves out of ${host} at once (maxOutgoing)`,
    found: `${moves} are still going on`,
    fix: `wait for their end (on ${host}: virsh domjobinfo NAME for each guest), or raise maxOutgoing, then run the same command again`,
  });
}
