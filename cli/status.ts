import { type GuestView, viewGuest } from "kvmlab-provider/host/guest-view";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { inspectDomain } from "kvmlab-provider/host/inspect-domain";
import type { ListedDomain } from "kvmlab-provider/host/virsh-text";
import { LabError } from "../errors/lab-error";
import { shownStorage } from "../stacks/topology/storage";
import type { StorageKind } from "../stacks/topology/storage-kinds";
import { storageServer, topologyOf } from "../stacks/topology/topology";
import { type KnownLab, knownLab, kvmHosts } from "./access";
import { type GuestStatus, placeOf } from "./guest-status";
import { inspectionSignal } from "./inspection-signal";
import { type LabStack, labStack, settingsOf } from "./lab-stack";
import { nameServerStatus } from "./name-server-status";
import { storageInspections } from "./storage-inspection";
import { unfinishedText } from "./unfinished-work";

/** One server as it is now. */
export interface ServerStatus {
  readonly name: string;
  readonly answers: boolean;
  /** The codename of its Debian, `bookworm`; empty where it does not tell. */
  readonly release: string;
  /** nfs: who may mount the share, or who is logged in; hosts: what is mounted where libvirt keeps its images, or what LUN they have. */
  readonly share: string;
  /** `guest running` … */
  readonly guests: string;
  readonly trouble?: string;
}

export interface LabStatus {
  readonly lab: string;
  /** Whether `./lab up` came to its end. */
  readonly complete: boolean;
  readonly servers: readonly ServerStatus[];
  /** The first of guests. */
  readonly guest: GuestStatus;
  readonly guests: readonly GuestStatus[];
  /** The name server, where the lab has one, and whether it runs. */
  readonly names?: string;
  /** A save or a restore that is at work or was interrupted, and what ends it. */
  readonly unfinished?: string;
}

interface Wanted {
  readonly guests: readonly string[];
  readonly storage: StorageKind;
  readonly mountPoint: string;
}

/** A server that has not answered by then is silent: whoever asks for the status wants it now. */
const inspectionLimitMs = 9_000;

/** Told by the shell alone. Before anything else: a line of its own. */
const tellRelease = '(. /etc/os-release 2> /dev/null; echo "$VERSION_CODENAME")\n';

/** $@: the guests; a line each. libvirt writes this file when the domain starts on the host, by a boot or by a move. */
const sinceOnHost = `for guest; do stat -c %Y "/run/libvirt/qemu/$guest.pid" 2> /dev/null || echo; done`;

/** Looks at every server of a lab and says what is there, whatever the state believes. */
export async function labStatus(name: string): Promise<LabStatus> {
  const stack = labStack(name);
  const known = await knownLab(stack);
  const wanted = wantedOf(stack, known);
  const pool = new HostPool();
  try {
    const context = { pool, signal: inspectionSignal(inspectionLimitMs) };
    const hosts = kvmHosts(known.hosts);
    const [unfinished, names, details, views] = await Promise.all([
      unfinishedText(stack),
      nameServerStatus(known.outputs?.names, known.hosts, context),
      Promise.all(known.hosts.map((host) => detailsOf(host, wanted, context))),
      Promise.all(wanted.guests.map((guest) => viewOfGuest(hosts, guest, context))),
    ]);
    const guests = wanted.guests.flatMap((guest, index): GuestStatus[] => {
      const view = views[index];
      const lastMove = known.outputs?.guests.find((placed) => placed.guest.name === guest)?.migration;
      const since = details.map(({ name: host, since: times }) => ({ host, since: times[index] ?? "" }));
      return view ? [{ name: guest, ...placeOf(guest, view, since, lastMove) }] : [];
    });
    const [guest] = guests;
    if (guest === undefined) throw new Error("a lab without a guest");
    return {
      lab: name,
      complete: known.outputs !== undefined,
      servers: details.map((server) => serverStatus(server, views)),
      guest,
      guests,
      ...(names ? { names } : {}),
      ...(unfinished ? { unfinished } : {}),
    };
  } finally {
    pool.close();
  }
}

function wantedOf(stack: LabStack, { outputs }: KnownLab): Wanted {
  if (outputs) {
    const { kind: storage, mountPoint } = outputs.share;
    return { guests: outputs.guests.map(({ guest }) => guest.name), storage, mountPoint };
  }
  const topology = topologyOf(settingsOf(stack, {}));
  const { kind: storage, mountPoint } = shownStorage(topology.storage);
  return { guests: topology.guests.map(({ name }) => name), storage, mountPoint };
}

interface Context {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
}

/** The guest on all hosts; one that takes too long is silent, and its neighbours' answers count all the same. */
function viewOfGuest(
  hosts: readonly HostConnection[],
  guest: string,
  { pool, signal }: Context,
): Promise<GuestView> {
  return viewGuest(hosts, { guest }, new AbortController().signal, async (host, asked) => {
    try {
      return await inspectDomain(pool, host, asked, { signal });
    } catch (error) {
      throw signal.aborted ? noAnswer(host) : error;
    }
  });
}

function noAnswer({ name }: HostConnection): LabError {
  return new LabError({
    code: "KVM-401",
    host: name,
    expected: `${name} to answer within ${inspectionLimitMs / 1000} s`,
    found: "no answer",
    fix: "./lab up brings a server of the lab back",
  });
}

/** What a server tells beside the guests' states. */
interface Details extends Pick<ServerStatus, "name" | "release" | "share" | "trouble"> {
  /** When each of the lab's guests began to be here, in their order; empty for one that is not, or where that is not known. */
  readonly since: readonly string[];
}

async function detailsOf(host: HostConnection, wanted: Wanted, { pool, signal }: Context): Promise<Details> {
  const limits = { timeoutMs: inspectionLimitMs, signal };
  const inspection = storageInspections[wanted.storage];
  const ask = async (script: string, words: readonly string[]) =>
    (await pool.script(host, script, words, limits)).stdout;
  try {
    if (host.name === storageServer) {
      const [release = "", ...share] = (await ask(`${tellRelease}${inspection.server}`, [])).split("\n");
      return { name: host.name, release, share: oneLine(share.join("\n")), since: [] };
    }
    const [share, told] = await Promise.all([
      ask(inspection.host, [wanted.mountPoint]),
      ask(`${tellRelease}${sinceOnHost}`, wanted.guests),
    ]);
    const [release = "", ...since] = told.split("\n");
    return { name: host.name, release, share: oneLine(share), since: since.map(timeOf) };
  } catch (error) {
    const trouble = signal.aborted ? noAnswer(host) : error;
    return {
      name: host.name,
      release: "",
      share: "",
      since: [],
      trouble: trouble instanceof Error ? trouble.message : String(trouble),
    };
  }
}

function serverStatus({ since: _since, ...details }: Details, views: readonly GuestView[]): ServerStatus {
  const [inspection] = views.flatMap(({ seen }) => seen.filter(({ host }) => host === details.name));
  const [silence] = views.flatMap(({ silent }) => silent.filter(({ host }) => host === details.name));
  const trouble = details.trouble ?? silence?.error.message;
  return {
    ...details,
    answers: trouble === undefined,
    guests: guestsIn(inspection?.list ?? []),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

function guestsIn(list: readonly ListedDomain[]): string {
  return list.map(({ name, state }) => `${name} ${state}`).join(", ");
}

/** Seconds since 1970 as ISO 8601. */
export function timeOf(seconds: string): string {
  const number = Number(seconds.trim());
  return seconds.trim() !== "" && Number.isFinite(number)
    ? new Date(number * 1000).toISOString().replace(/\.\d+Z$/, "Z")
    : "";
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}
