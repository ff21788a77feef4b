import { z } from "zod";
import { jsonOf } from "./json-of";

/** One network interface of a running guest, as its host has it. */
export interface GuestPort {
  /** The host's device: `vnet0`. */
  readonly tap: string;
  readonly mac: string;
}

/** A tap of a host, and the bridge that it is a port of. */
export interface Tap {
  readonly name: string;
  /** Whether it is a port of a Linux bridge that learns on it: a bridge may be told not to. Undefined: it is on none. */
  readonly learns: boolean | undefined;
}

/** One line of a bridge's table: behind which device an address is. */
export interface SwitchEntry {
  readonly mac: string;
  readonly device: string;
  readonly bridge: string;
}

/** What a host's bridges know, and the guest's own ports where it runs there. */
export interface SwitchOnHost {
  readonly ports: readonly GuestPort[];
  readonly taps: readonly Tap[];
  /** Undefined when the host does not show it. */
  readonly entries: readonly SwitchEntry[] | undefined;
}

/**
 * Tells of a host's taps and of its bridges' tables, in two sections that $mark begins. sysfs is read by the shell itself: a process takes an emulated host
 * 100 ms.
 */
export const switchScript = `
PATH=$PATH:/usr/sbin:/sbin
echo "$mark:taps"
for flags in /sys/class/net/*/tun_flags; do
  device=\${flags%/*}; learning=-; ageing=-
  if [ -d "$device/brport" ]; then
    read -r learning < "$device/brport/learning"; read -r ageing < "$device/master/bridge/ageing_time"
  fi
  echo "\${device##*/} $learning $ageing"
done
echo "$mark:switch"
bridge -json fdb show
`;

/** Reads `virsh domiflist`: Interface, Type, Source, Model, MAC. */
function parsePorts(text: string): GuestPort[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(\S+)\s.*\s((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\s*$/i.exec(line);
    return match?.[1] && match[2] ? [{ tap: match[1], mac: match[2].toLowerCase() }] : [];
  });
}

/** Name, whether the port learns, after how many hundredths of a second its bridge forgets. */
function parseTaps(text: string): Tap[] {
  return text.split("\n").flatMap((line) => {
    const [name, learning, ageing] = line.trim().split(" ");
    if (!name || name === "*" || learning === undefined) return [];
    return [{ name, learns: learning === "-" ? undefined : learning === "1" && ageing !== "0" }];
  });
}

const entry = z.object({ mac: z.string(), ifname: z.string(), master: z.string().optional() });

/** Reads `bridge -json fdb show`; what a device says of itself has no bridge, and is left out. */
function parseEntries(text: string): SwitchEntry[] | undefined {
  const table = z.array(entry).safeParse(jsonOf(text));
  return table.data?.flatMap(({ mac, ifname: device, master: bridge }) =>
    bridge === undefined ? [] : [{ mac: mac.toLowerCase(), device, bridge }],
  );
}

/** Reads the three parts of an answer. */
export function parseSwitch(interfaces: string, taps: string, table: string): SwitchOnHost {
  return { ports: parsePorts(interfaces), taps: parseTaps(taps), entries: parseEntries(table) };
}

/** Those of the guest's ports that its host's bridge has where they are. */
export function learnedPorts({ ports, entries = [] }: SwitchOnHost): (GuestPort & SwitchEntry)[] {
  return ports.flatMap((port) => {
    const known = entries.find(({ mac, device }) => mac === port.mac && device === port.tap);
    return known === undefined ? [] : [{ ...port, ...known }];
  });
}
