import { randomBytes } from "node:crypto";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { sectionsOf } from "../host/sections";
import { systemVirsh } from "../host/virsh-environment";
import { type HomeMark, markElement } from "./home-mark";

interface Context {
  readonly pool: Pick<HostPool, "script">;
  readonly signal: AbortSignal;
}

/** A guest on whose memory libvirt works lets nobody change its definition: virsh waits half a minute for that, twice here. */
const limitMs = 100_000;

/**
 * $1: the token of its mark; $2: the guest's UUID; $3: the namespace; $4: the element. Into what runs and into what libvirt keeps of it; of a
 * guest that libvirt keeps nothing of, into what runs alone. What is there afterwards says whether it could be done.
 */
export const markScript = `
${systemVirsh}
set_mark="metadata $2 $3 --key drain --set '$4'"
{ virsh "$set_mark --live --config" || virsh "$set_mark --live"; } < /dev/null > /dev/null
virsh "echo =$1:mark; metadata $2 $3 --live" < /dev/null
true
`;

/** Marks a guest where it runs; false when libvirt does not let it. @throws ProviderError when the host cannot be reached */
export async function markGuest(
  host: HostConnection,
  uuid: string,
  { by, home }: HomeMark,
  { pool, signal }: Context,
): Promise<boolean> {
  const token = randomBytes(6).toString("hex");
  const element = markElement(home);
  const limits = { timeoutMs: limitMs, signal };
  const { stdout } = await pool.script(host, markScript, [token, uuid, by, element], limits);
  return sectionsOf(token, stdout).get("mark")?.includes(element) ?? false;
}

/** $1: the namespace; the rest: UUIDs. Each by itself: one that has none, or runs no more, changes nothing for the others. */
export const unmarkScript = `
${systemVirsh}
by=$1; shift; asked=
for uuid; do asked="$asked metadata $uuid $by --remove --live; metadata $uuid $by --remove --config;"; done
virsh "$asked" < /dev/null
true
`;

/** Takes a drain's marks off guests that are on a host; those that have none stay as they are. */
export async function unmarkGuests(
  host: HostConnection,
  uuids: readonly string[],
  by: string,
  { pool, signal }: Context,
): Promise<void> {
  if (uuids.length === 0) return;
  await pool.script(host, unmarkScript, [by, ...uuids], { timeoutMs: limitMs, signal });
}
