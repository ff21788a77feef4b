import { readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import type { PlannedGuest } from "../stacks/topology/planned-guests";
import { shownStorage } from "../stacks/topology/storage";
import type { StorageKind } from "../stacks/topology/storage-kinds";
import type { PlannedServer, Topology } from "../stacks/topology/topology";

/** What stands in the picture beside names and addresses. */
export interface PictureWords {
  readonly storage: Readonly<Record<StorageKind, string>>;
  readonly host: string;
  readonly nameServer: string;
  readonly network: string;
  readonly move: string;
}

const margin = 16;
const gap = 28;
const box = { width: 190, lineHeight: 18, head: 32 };
const guestBox = { height: 26, gap: 8, inset: 12 };
/** How far the arrow of a move hangs below the hosts. */
const moveDepth = 44;

/** A lab as an SVG: the storage server above the network, the hosts below it, and in them the guests; dashed where a guest is to move to. */
export function topologyPicture(topology: Topology, words: PictureWords): string {
  const hosts = topology.servers.filter(({ part }) => part === "host");
  const width = 2 * margin + hosts.length * box.width + (hosts.length - 1) * gap;
  const storageHeight = heightOf(linesOf("storage", topology, words).length);
  const networkY = margin + storageHeight + 30;
  const hostsY = networkY + 30;
  const places = guestPlaces(topology);
  const slots = Math.max(...hosts.map(({ name }) => places.filter(({ host }) => host === name).length));
  const hostHeight =
    heightOf(linesOf("host", topology, words).length + 1) + slots * (guestBox.height + guestBox.gap);
  const hostX = (name: string) => margin + hosts.findIndex((host) => host.name === name) * (box.width + gap);
  const moving = topology.guests.filter(({ startsOn, runsOn }) => startsOn !== runsOn);
  const bottom = hostsY + hostHeight;

  const boxes = topology.servers.map((server) => {
    const isStorage = server.part === "storage";
    const x = isStorage ? (width - box.width) / 2 : hostX(server.name);
    const y = isStorage ? margin : hostsY;
    const height = isStorage ? storageHeight : hostHeight;
    const lines = [server.address, ...linesOf(server.part, topology, words)];
    return {
      ...{ x, y, height, width: box.width, centre: x + box.width / 2, name: server.name, nameY: y + 20 },
      ...(isStorage ? { linkFrom: y + height, linkTo: networkY } : { linkFrom: networkY, linkTo: y }),
      lines: lines.map((text, index) => ({ text, y: y + 20 + (index + 1) * box.lineHeight })),
    };
  });
  const guests = places.map(({ guest, host, slot, isDestination }) => {
    const x = hostX(host) + guestBox.inset;
    const y = bottom - (slot + 1) * (guestBox.height + guestBox.gap);
    const inner = box.width - 2 * guestBox.inset;
    return {
      ...{ x, y, width: inner, height: guestBox.height, isDestination },
      ...{ centre: x + inner / 2, textY: y + 17, name: shortened(guest.name) },
    };
  });
  const moves = moving.map(({ startsOn, runsOn }) => {
    const [from, to] = [hostX(startsOn) + box.width / 2, hostX(runsOn) + box.width / 2];
    const middle = (from + to) / 2;
    return { from, to, middle, y: bottom + 2, depth: bottom + moveDepth, textY: bottom + moveDepth + 4 };
  });
  return template()({
    ...{ width, height: bottom + (moving.length > 0 ? moveDepth + 14 : margin), boxes, guests },
    // Several arrows have one label: they are alike.
    moves: moves.map((move, index) => ({ ...move, label: index === 0 ? words.move : "" })),
    network: {
      ...{ y: networkY, left: margin, right: width - margin, textY: networkY - 8 },
      label: `${words.network} ${topology.network.cidr}`,
    },
  }).trim();
}

/** What stands below a server's address. */
function linesOf(part: PlannedServer["part"], { storage, names }: Topology, words: PictureWords): string[] {
  if (part === "host") return [words.host];
  const { kind, path } = shownStorage(storage);
  const what = kind === "iscsi" ? words.storage[kind] : `${words.storage[kind]} ${path}`;
  return [what, ...(names.kind === "dns" ? [words.nameServer] : [])];
}

/** Each guest where it is installed, and where it is to move to. */
function guestPlaces({ guests }: Topology) {
  const taken = new Map<string, number>();
  const place = (guest: PlannedGuest, host: string, isDestination: boolean) => {
    const slot = taken.get(host) ?? 0;
    taken.set(host, slot + 1);
    return { guest, host, slot, isDestination };
  };
  return guests.flatMap((guest) => [
    place(guest, guest.startsOn, false),
    ...(guest.runsOn === guest.startsOn ? [] : [place(guest, guest.runsOn, true)]),
  ]);
}

function heightOf(lines: number): number {
  return box.head + (lines + 1) * box.lineHeight;
}

/** As wide as its box; the table beside the picture has the whole name. */
function shortened(name: string): string {
  return name.length > 20 ? `${name.slice(0, 19)}…` : name;
}

let compiled: Handlebars.TemplateDelegate | undefined;

function template(): Handlebars.TemplateDelegate {
  compiled ??= Handlebars.compile(readFileSync(join(__dirname, "topology-picture.hbs"), "utf8"), {
    strict: true,
  });
  return compiled;
}
