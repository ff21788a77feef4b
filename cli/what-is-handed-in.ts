import { randomBytes } from "node:crypto";
import { viewOf } from "kvmlab-provider/host/guest-view";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { ProbeConnection } from "kvmlab-provider/host/probe";
import { probePort } from "../components/guest-definition";
import type { Content, HandedMove } from "../course/hand-in/content";
import { typedIn, typedScript } from "../course/hand-in/typed-commands";
import type { PlannedGuest } from "../stacks/topology/planned-guests";
import { kvmHosts } from "./access";
import { keptMoves, withSamples } from "./kept-moves";

const limitMs = 20_000;
const probeLimitMs = 5_000;
/** Of so many moves, the newest, with the samples of some of them: the file is sent around. */
const mostMoves = 50;
const mostSamples = 6;
const longestSamples = 8 * 2 ** 20;

/** What a lab's machines tell for a hand-in beside the checks. */
export async function toldByMachines(
  hosts: readonly HostConnection[],
  nfs: HostConnection,
  guests: readonly PlannedGuest[],
): Promise<Pick<Content, "history" | "openShells" | "silent" | "guests" | "guestBoot">> {
  const pool = new HostPool();
  try {
    const [typed, places, guestBoot] = await Promise.all([
      Promise.all(hosts.map((host) => typedOn(host, pool))),
      Promise.all(guests.map(({ name }) => placesOf(name, hosts, pool))),
      bootOf(guests[0], nfs, pool),
    ]);
    return {
      history: typed.flatMap((one) => one.typed),
      openShells: typed.filter(({ open }) => open).map(({ server }) => server),
      silent: typed.filter(({ silent }) => silent).map(({ server }) => server),
      guests: places.flat(),
      guestBoot,
    };
  } finally {
    pool.close();
  }
}

async function typedOn(host: HostConnection, pool: HostPool) {
  const token = randomBytes(6).toString("hex");
  const limits = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
  const server = host.name;
  try {
    const { stdout } = await pool.script(host, typedScript(token), [], limits);
    return { server, silent: false, ...typedIn(stdout, token, server) };
  } catch {
    return { server, silent: true, typed: [], open: false };
  }
}

/** Where a guest is, and why, in libvirt's words. Hosts that do not answer are missing, and so is a guest that cannot be looked at. */
async function placesOf(
  guest: string,
  hosts: readonly HostConnection[],
  pool: HostPool,
): Promise<Content["guests"]> {
  const context = { pool, signal: AbortSignal.timeout(limitMs) };
  const view = await viewOf(kvmHosts(hosts), { guest }, context).catch(() => undefined);
  return (view?.seen ?? []).flatMap(({ host, domain }) =>
    domain ? [{ guest, host, uuid: domain.uuid, state: domain.state, reason: domain.reason ?? "" }] : [],
  );
}

async function bootOf(guest: PlannedGuest | undefined, nfs: HostConnection, pool: HostPool): Promise<string> {
  const [address] = guest?.address.split("/") ?? [];
  if (address === undefined) return "";
  const limits = { timeoutMs: probeLimitMs, signal: AbortSignal.timeout(limitMs) };
  try {
    return (await ProbeConnection.greeting(pool, nfs, { address, port: probePort }, limits)).bootId;
  } catch {
    return "";
  }
}

/** The lab's newest measured moves, the oldest first. */
export async function movesToHandIn(lab: string): Promise<HandedMove[]> {
  const moves = (await keptMoves(lab)).slice(-mostMoves);
  return Promise.all(
    moves.map(async (kept, index) => {
      const { samples } =
        index < moves.length - mostSamples ? { samples: undefined } : await withSamples(kept);
      const { guest, from, to, migratedAt, command, measurement } = kept.move;
      const isShort = samples !== undefined && samples.length <= longestSamples;
      return {
        ...{ name: kept.name, guest, from, to, migratedAt, command, measurement },
        ...(isShort ? { samples } : {}),
      };
    }),
  );
}
