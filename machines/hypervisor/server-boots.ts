import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { Hypervisor } from "./hypervisor";
import { type HypervisorFolders, hypervisorFolders } from "./hypervisor-folders";
import { askLibvirtd } from "./libvirtd-answer";

/** One server as its hypervisor sees it. */
export interface ServerSeen {
  readonly name: string;
  /** libvirt's word: `running`, `paused`, `shut off` … */
  readonly state: string;
  /** Differs from boot to boot; empty where it has no power. */
  readonly boot: string;
}

/** Which boot of each server was the last that its lab knew, by the server's name. */
export type KnownBoots = Readonly<Record<string, string>>;

/** What has to be done to servers, by their names, so that all of them run as their lab knows them. */
export interface ServersAway {
  readonly off: readonly string[];
  readonly paused: readonly string[];
  /** Those that run, and have booted since the lab knew them. */
  readonly booted: readonly string[];
}

/** `virsh --quiet list --all`: id, name and state. A server's name has no space, a state may have one. */
export function parseServers(text: string): { name: string; id: string; state: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, id, name, state] = /^\s*(\d+|-)\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    return id === undefined || name === undefined || state === undefined ? [] : [{ name, id, state }];
  });
}

/** How often each server booted again without ending, out of what `virsh event --event reboot` wrote: QEMU says it several times a boot. */
export function countRestarts(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, name = ""] of text.matchAll(/event 'reboot' for domain '?([^'\n]+?)'?$/gm))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/**
 * Looks at a hypervisor's servers: milliseconds, and none of them is asked. A server that was switched off and on has another id; one
 * that restarted from inside has one more restart; with the hypervisor all of them end.
 */
export async function inspectServers({ lab, uri }: Pick<Hypervisor, "lab" | "uri">): Promise<ServerSeen[]> {
  const folders = hypervisorFolders(lab);
  const [answer, firstProcess, restarts] = await Promise.all([
    askLibvirtd(uri, ["list", "--all"]),
    readFile(folders.firstProcess, "utf8").catch(() => ""),
    readFile(folders.restarts, "utf8").catch(() => ""),
  ]);
  if (!answer.ok) throw new Error(answer.text.trim());
  const counts = countRestarts(restarts);
  return parseServers(answer.text).map(({ name, id, state }) => ({
    name,
    state,
    boot: id === "-" ? "" : `${firstProcess.trim()} ${id} ${counts.get(name) ?? 0}`,
  }));
}

/** Decides what is to be done. A server that the lab never knew is nobody's loss: the engine is about to make it. */
export function serversAway(seen: readonly ServerSeen[], known: KnownBoots): ServersAway {
  const names = (is: (server: ServerSeen) => boolean) => seen.filter(is).map(({ name }) => name);
  const isOff = ({ boot, state }: ServerSeen) => boot === "" || state === "crashed";
  const isPaused = (server: ServerSeen) => !isOff(server) && /^(paused|pmsuspended)$/.test(server.state);
  return {
    off: names(isOff),
    paused: names(isPaused),
    booted: names(
      (server) => !isOff(server) && known[server.name] !== undefined && known[server.name] !== server.boot,
    ),
  };
}

/**
 * What a lab knows after a run of the engine. A server that ran before and is the same one is known as it was then: what happened to
 * it during the run, nobody has looked at.
 *
 * @param before what was seen when all of them ran again, before the engine's work
 * @param unattended those that had been away when the run failed: they are looked after by the next one
 */
export function bootsAfter(
  known: KnownBoots,
  before: readonly ServerSeen[],
  after: readonly ServerSeen[],
  unattended: readonly string[],
): KnownBoots {
  const withoutRestarts = (boot: string) => boot.split(" ").slice(0, -1).join(" ");
  const boots = after.flatMap(({ name, boot }): [string, string][] => {
    if (boot === "") return [];
    const earlier = before.find((server) => server.name === name)?.boot;
    if (unattended.includes(name)) return [[name, known[name] ?? "none"]];
    const same = earlier !== undefined && withoutRestarts(earlier) === withoutRestarts(boot);
    return [[name, same ? earlier : boot]];
  });
  return Object.fromEntries(boots);
}

const file = z.record(z.string(), z.string());

export async function readBoots({ boots }: Pick<HypervisorFolders, "boots">): Promise<KnownBoots> {
  const text = await readFile(boots, "utf8").catch(() => "{}");
  return file.catch({}).parse(JSON.parse(text));
}

/** Written in one step, as everything that a later ./lab relies on. */
export async function writeBoots(
  { boots }: Pick<HypervisorFolders, "boots">,
  known: KnownBoots,
): Promise<void> {
  await writeFile(`${boots}.new`, JSON.stringify(known));
  await rename(`${boots}.new`, boots);
}
