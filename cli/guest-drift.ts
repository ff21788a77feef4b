import { type GuestView, viewOf } from "kvmlab-provider/host/guest-view";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { situationOf } from "kvmlab-provider/migrate/situation";
import { knownLab, kvmHosts } from "./access";
import { inspectionSignal } from "./inspection-signal";
import type { LabStack } from "./lab-stack";

/** The engine is not held up for longer: what could not be looked at by then is looked at by a refresh. */
const inspectionLimitMs = 5_000;

/**
 * Whether a guest is not where the last `./lab up` left it: moved by hand, shut off, lost with a host, half of a move, or not to be seen. The
 * engine believes its state, so it has to look first then (a refresh). False for a lab that is not there yet.
 */
export async function guestHasDrifted(stack: LabStack): Promise<boolean> {
  const { outputs, hosts } = await knownLab(stack).catch(() => ({ outputs: undefined, hosts: [] }));
  if (outputs === undefined) return false;
  const guests = outputs.guests.map(({ guest }) => guest);
  if (guests.some(({ state }) => state !== "running")) return true;
  const pool = new HostPool();
  const context = { pool, signal: inspectionSignal(inspectionLimitMs) };
  try {
    const onHosts = kvmHosts(hosts);
    const inPlace = guests.map(async ({ name, runningOn }) =>
      isInPlace(await viewOf(onHosts, { guest: name }, context), runningOn),
    );
    return (await Promise.all(inPlace)).includes(false);
  } catch {
    return true;
  } finally {
    pool.close();
  }
}

export function isInPlace(view: GuestView, expected: string): boolean {
  const situation = situationOf(view);
  return situation.kind === "running" && situation.on === expected && view.silent.length === 0;
}
