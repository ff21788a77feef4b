import { imagesFolder } from "../components/images-folder";
import { isActive, lookAt } from "../provider/host/domain-on-host";
import type { HostConnection } from "../provider/host/host-connection";
import { HostPool } from "../provider/host/host-pool";
import type { ListedDomain } from "../provider/host/virsh-text";
import { type KnownLab, knownLab } from "./access";
import { type LabStack, labStack, settingsOf } from "./lab-stack";
import { textTable } from "./table";
import { unfinishedText } from "./unfinished-work";

/** One server as it is now. */
export interface ServerStatus {
  readonly name: string;
  readonly answers: boolean;
  /** nfs: who may mount the share; hosts: what is mounted where libvirt keeps its images. */
  readonly share: string;
  /** `guest running` … */
  readonly guests: string;
  /** When the lab's guest began to be here; empty when it is not, or when that is not known. */
  readonly guestSince: string;
  readonly trouble?: string;
}

export interface LabStatus {
  readonly lab: string;
  /** Whether `./lab up` came to its end. */
  readonly complete: boolean;
  readonly servers: readonly ServerStatus[];
  readonly guest: {
    readonly name: string;
    /** `target`, or `nowhere`; more than one host is a disaster, and all of them are named. */
    readonly runningOn: string;
    readonly copies: readonly string[];
    /** ISO 8601; empty when it is not known. */
    readonly since: string;
    /** libvirt's word for it, and why, where it does not run: `running`, `paused (I/O error)`; empty when it is nowhere. */
    readonly state: string;
  };
  /** A save or a restore that is at work or was interrupted, and what ends it. */
  readonly unfinished?: string;
}

interface Wanted {
  readonly guest: string;
  readonly mountPoint: string;
}

const lookLimitMs = 30_000;

/** $1: where the share is mounted. */
const shareOnHost = `findmnt --noheadings --output SOURCE,FSTYPE,TARGET --target "$1" | tail -n 1`;
/** $1: the guest. libvirt writes this file when the domain starts on the host, by a boot or by a move. */
const sinceOnHost = `stat -c %Y "/run/libvirt/qemu/$1.pid" 2> /dev/null || true`;

/** Looks at every server of a lab and says what is there, whatever the state believes. */
export async function labStatus(name: string): Promise<LabStatus> {
  const stack = labStack(name);
  const known = await knownLab(stack);
  const wanted = wantedOf(stack, known);
  const pool = new HostPool();
  try {
    const signal = AbortSignal.timeout(lookLimitMs);
    const unfinished = await unfinishedText(stack);
    const looks = await Promise.all(known.hosts.map((host) => look(pool, host, wanted, signal)));
    return {
      lab: name,
      complete: known.outputs !== undefined,
      servers: looks.map(({ status }) => status),
      guest: { name: wanted.guest, ...placeOf(looks, known.outputs?.migration) },
      ...(unfinished ? { unfinished } : {}),
    };
  } finally {
    pool.close();
  }
}

function wantedOf(stack: LabStack, { outputs }: KnownLab): Wanted {
  if (outputs) return { guest: outputs.guest.name, mountPoint: outputs.share.mountPoint };
  return { guest: settingsOf(stack, {}).guestName, mountPoint: imagesFolder };
}

interface Look {
  readonly status: ServerStatus;
  /** Whether an active copy of the lab's guest is here. */
  readonly active: boolean;
  /** libvirt's word for it, and why: `running`, `paused (I/O error)`. */
  readonly state?: string;
}

/** Where the guest is, by what the hosts say; since when also by the last move, where the host does not know it. */
export function placeOf(
  looks: readonly Look[],
  lastMove?: { readonly runningOn: string; readonly migratedAt: string },
): Pick<LabStatus["guest"], "runningOn" | "copies" | "since" | "state"> {
  const active = looks.filter((look) => look.active);
  const here = active.map(({ status }) => status);
  const state = active.map((look) => look.state ?? "running").join(", ");
  const copies = here.map(({ name }) => name);
  const runningOn = copies.join(", ") || "nowhere";
  const moved = lastMove?.runningOn === runningOn ? lastMove.migratedAt : "";
  return { runningOn, copies, since: here[0]?.guestSince || moved, state };
}

async function look(
  pool: HostPool,
  host: HostConnection,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Look> {
  try {
    return host.name === "nfs"
      ? { status: await lookAtNfs(pool, host, signal), active: false }
      : await lookAtHost(pool, host, wanted, signal);
  } catch (error) {
    const trouble = signal.aborted
      ? `${host.name}: no answer within ${lookLimitMs / 1000} s`
      : error instanceof Error
        ? error.message
        : String(error);
    const status = { name: host.name, answers: false, share: "", guests: "", guestSince: "", trouble };
    return { status, active: false };
  }
}

async function lookAtNfs(pool: HostPool, host: HostConnection, signal: AbortSignal): Promise<ServerStatus> {
  const share = await pool.script(host, "exportfs -s", [], { timeoutMs: lookLimitMs, signal });
  return { name: host.name, answers: true, share: oneLine(share.stdout), guests: "", guestSince: "" };
}

async function lookAtHost(
  pool: HostPool,
  host: HostConnection,
  { guest, mountPoint }: Wanted,
  signal: AbortSignal,
): Promise<Look> {
  const limits = { timeoutMs: lookLimitMs, signal };
  const [share, since, { list, domain }] = await Promise.all([
    pool.script(host, shareOnHost, [mountPoint], limits),
    pool.script(host, sinceOnHost, [guest], limits),
    lookAt(pool, host, guest, { signal }),
  ]);
  const active = list.some(({ name, state }) => name === guest && isActive(state));
  const status = {
    name: host.name,
    answers: true,
    share: oneLine(share.stdout),
    guests: guestsIn(list),
    guestSince: active ? timeOf(since.stdout) : "",
  };
  return active && domain ? { status, active, state: stateOf(domain) } : { status, active };
}

/** Why a guest runs nobody asks. */
function stateOf({ state, reason }: { readonly state: string; readonly reason?: string }): string {
  return state === "running" || !reason ? state : `${state} (${reason})`;
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

/** The status as a table for people. */
export function statusTable(status: LabStatus, now = Date.now()): string {
  const rows = status.servers.map(({ name, answers, share, guests }) => [
    name,
    answers ? "answers" : "silent",
    share,
    guests,
  ]);
  const { name, runningOn, since, copies, state } = status.guest;
  const stands = copies.length === 1 && state !== "running";
  const troubles = status.servers.flatMap(({ trouble }) => (trouble ? [trouble] : []));
  return [
    textTable(["server", "SSH", "share", "guests"], rows, { widths: [8, 9, 60, 24] }),
    `${name} ${stands ? `is ${state}` : "runs"} on ${runningOn}${since ? `, since ${since} (${ago(now - Date.parse(since))})` : ""}`,
    ...(copies.length > 1 ? ["TWO COPIES RUN ON ONE DISK: stop the wrong one at once (KVM-603)"] : []),
    ...(status.unfinished ? [status.unfinished] : []),
    ...(status.complete ? [] : [`The lab was not built to its end: ./lab up ${status.lab} goes on`]),
    ...troubles,
  ].join("\n");
}

function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "less than a minute ago";
  if (minutes < 120) return `${minutes} min ago`;
  return `${Math.floor(minutes / 60)} h ago`;
}
