import { unmarkAutostart } from "../host/autostart-mark";
import { autostartIn, type DomainOnHost, isActive } from "../host/domain-on-host";
import type { GuestView } from "../host/guest-view";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { hostNamed } from "../host/hosts-of-guest";
import { parseFields } from "../host/virsh-text";
import { syncAutostart } from "./sync-definition";

/** libvirt changes nothing of a guest while a job ends on it. */
export const changeMs = 60_000;

/** Where a guest is, and whether it should start with that host. */
export interface AutostartPlace {
  readonly uuid: string;
  readonly on: string;
  readonly autostart: boolean;
  /** Whether its definition says that it is on its way with it. */
  readonly marked: boolean;
  readonly hosts: readonly HostConnection[];
  readonly pool: Pick<HostPool, "virsh" | "shell">;
  readonly say: (line: string) => void;
}

/**
 * Whether a guest that is where it should be came there without its autostart, by a run that was killed, or left it on a host that was silent then. A mark
 * alone says nothing: another run may be about to move the guest.
 */
export function isUnsettled({ seen }: Pick<GuestView, "seen">, on: string): boolean {
  const here = seen.find(({ host }) => host === on)?.domain;
  if (!here?.carriesAutostart || !here.persistent) return false;
  return (
    here.autostart === false || seen.some(({ host, domain }) => host !== on && domain?.autostart === true)
  );
}

/**
 * Gives the guest its autostart where it is, and takes it off definitions that are left elsewhere: their hosts would start a second copy. Where all is
 * as it should be nothing is asked. What could not be done is seen in the view that this gives.
 */
export async function placeAutostart(view: GuestView, place: AutostartPlace): Promise<GuestView> {
  // A host that is silent may have such a definition: the mark stays, by which the next run knows of it.
  const over = view.silent.length === 0;
  const seen = await Promise.all(view.seen.map((one) => settle(one, place, over)));
  return { ...view, seen };
}

/** virsh's commands by which one host has what it should have. */
function commandsFor(
  { host, domain }: DomainOnHost,
  { uuid, on, autostart, marked }: AutostartPlace,
  over: boolean,
): { readonly change: readonly string[]; readonly unmark: readonly string[] } {
  if (domain === undefined || !domain.persistent || domain.autostart === undefined)
    return { change: [], unmark: [] };
  const wanted = host === on && autostart;
  return {
    change: domain.autostart === wanted ? [] : [`autostart ${uuid}${wanted ? "" : " --disable"}`],
    unmark: marked && over ? unmarkAutostart(uuid, isActive(domain.state)) : [],
  };
}

async function settle(seen: DomainOnHost, place: AutostartPlace, over: boolean): Promise<DomainOnHost> {
  const { domain } = seen;
  const { uuid, hosts, pool, say } = place;
  const { change, unmark } = commandsFor(seen, place, over);
  if (domain === undefined || change.length + unmark.length === 0) return seen;
  const host = hostNamed(hosts, seen.host);
  const limits = { timeoutMs: changeMs, signal: AbortSignal.timeout(changeMs) };
  try {
    // What is asked twice, because virsh ended meanwhile, is the same as once.
    const answers = await pool.virsh(host, [...change, ...unmark, `dominfo ${uuid}`], limits);
    for (const [index, command] of change.entries()) {
      const complaint = answers[index]?.err.trim().replaceAll(/\n+/g, "; ");
      say(`on ${host.name}: virsh ${command}${complaint ? ` (${complaint})` : ""}`);
    }
    if (change.length > 0) await syncAutostart(host, pool);
    const now = autostartIn(parseFields(answers.at(-1)?.out ?? ""));
    return now === undefined ? seen : { ...seen, domain: { ...domain, autostart: now } };
  } catch {
    return seen;
  }
}
