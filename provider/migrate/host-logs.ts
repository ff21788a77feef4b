import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { type HostLog, tellingLines } from "./log-excerpt";

/**
 * $1: what the guest is called there; $2: how many seconds ago the move began, so that the host's own clock tells what was written since. The
 * journal may be missing; QEMU's log is there wherever the guest ever ran.
 */
const script = `
since=$(($(date +%s) - $2))
echo "$since"
timeout 8 journalctl --quiet --no-pager --output=cat --lines=100 --since "@$since" -u libvirtd -u virtqemud 2> /dev/null
echo =qemu
tail -c 65536 "/var/log/libvirt/qemu/$1.log" 2> /dev/null
true
`;

const limitMs = 15_000;
/** A host, and what the guest is called on it: QEMU's log has that name. */
export interface GuestThere {
  readonly host: HostConnection;
  readonly name: string;
}

/** Clocks are read in whole seconds, and the question takes its time to arrive. */
const marginSeconds = 2;

/**
 * Why a move that began then failed, out of the logs of both its hosts. Best effort: a host that does not answer in time
 * says nothing.
 *
 * @param began on performance.now()'s clock
 */
export function logsSince(began: number, places: readonly GuestThere[], pool: HostPool): Promise<HostLog[]> {
  return Promise.all(
    places.map(async (place) => ({ host: place.host.name, lines: await linesOf(place, began, pool) })),
  );
}

async function linesOf(
  { host, name }: GuestThere,
  began: number,
  pool: HostPool,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    // Dialling again would make the move look younger than it is.
    await pool.connect(host, signal);
    const seconds = Math.ceil((performance.now() - began) / 1000) + marginSeconds;
    const limits = { timeoutMs: limitMs, signal };
    const { stdout } = await pool.script(host, script, [name, String(seconds)], limits);
    return tellingLines(parseWritings(stdout));
  } catch {
    return [];
  }
}

/** What the script prints: the moment, libvirt's journal, QEMU's log. */
export function parseWritings(text: string) {
  const start = text.indexOf("\n") + 1;
  const middle = text.indexOf("\n=qemu\n", start - 1);
  return {
    since: Number(text.slice(0, start)),
    libvirt: text.slice(start, Math.max(middle, start)),
    qemu: text.slice(middle + "\n=qemu\n".length),
  };
}
