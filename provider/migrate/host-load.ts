import { ProviderError } from "../errors/provider-error";
import { type VirshSections, virshSections } from "../host/ask-sections";
import { carriesAutostart } from "../host/autostart-mark";
import type { AskOptions } from "../host/conversation";
import { uuidIn } from "../host/domain-name";
import { parseReason } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { connectionBroke } from "../host/inspect-domain";
import { libvirtSilent } from "../host/libvirt-silent";
import { linesOf } from "../host/sections";
import { asWord } from "../host/shell-quote";
import { parseDomains, parseList } from "../host/virsh-text";
import { type GuestDefinition, parseGuestDefinition } from "../preflight/facts/guest-definition";
import { type HostFacts, memoryOf } from "../preflight/facts/host-facts";
import { type HomeMark, parseMarks } from "./home-mark";

/** What one host carries, and what it has left. */
export interface HostLoad {
  readonly host: string;
  readonly memory: HostFacts["memory"];
  /** All domains there, running or not. */
  readonly domains: readonly LoadedDomain[];
}

export interface LoadedDomain {
  readonly name: string;
  readonly uuid: string;
  /** virsh's word: `running`, `shut off` … */
  readonly state: string;
  /** Why, in virsh's words: `booted`, `post-copy failed` …; undefined where it was not asked for. */
  readonly reason?: string | undefined;
  /** Undefined where it was not asked for, or libvirt did not give it. */
  readonly definition?: GuestDefinition | undefined;
  /** Where drains took it from, as its definition says; none where that was not asked for. */
  readonly marks: readonly HomeMark[];
  /** Whether it starts with the host. */
  readonly autostart?: boolean | undefined;
  /** Whether it is on its way with its autostart, as its definition says. */
  readonly carriesAutostart?: boolean | undefined;
}

/** Whose definitions are read beside the list: those of all guests, with the reasons of their states, one guest's, or nobody's. */
export type Definitions = "all" | "none" | { readonly guest: string };

/** What the kernel tells of the host's memory. */
export const memoryScript = "cat /proc/meminfo";

interface Context {
  readonly pool: Pick<HostPool, "shell" | "virsh">;
  readonly signal: AbortSignal;
}

/** A host with many guests tells much. */
const inspectionTimeoutMs = 60_000;
/** How often a look is repeated that is not whole, because a guest came or went meanwhile, or the host was restarted before it. */
const mostInspections = 3;

/**
 * Looks at what all hosts carry, at the same time and once each.
 *
 * @throws ProviderError KVM-401 to KVM-407 when a host cannot be reached, KVM-610 when its libvirt does not answer
 */
export function inspectLoads(
  hosts: readonly HostConnection[],
  definitions: (host: string) => Definitions,
  context: Context,
): Promise<HostLoad[]> {
  return Promise.all(hosts.map((host) => inspectLoad(host, definitions(host.name), context)));
}

async function inspectLoad(
  host: HostConnection,
  definitions: Definitions,
  { pool, signal }: Context,
): Promise<HostLoad> {
  const limits = { timeoutMs: inspectionTimeoutMs, signal };
  for (let inspections = 1; ; inspections++) {
    const asked = Promise.all([
      askVirsh(pool, host, definitions, limits),
      pool.shell(host, memoryScript, [], limits),
    ]);
    const answers = await asked.catch((error: unknown) => {
      if (inspections < mostInspections && connectionBroke(error)) return undefined;
      throw error;
    });
    const [virsh, kernel = ""] = answers ?? [];
    const load = virsh && parseLoad(host.name, new Map([...virsh.sections, ["kernel", kernel]]));
    if (load !== undefined) return load;
    if (inspections === mostInspections)
      throw libvirtSilent(host.name, virsh?.errors.trim() || "an answer that is not whole");
  }
}

/** Guests are asked for by their UUIDs, so that no guest's name can be anything but a name. */
async function askVirsh(
  pool: Context["pool"],
  host: HostConnection,
  definitions: Definitions,
  limits: AskOptions,
): Promise<VirshSections> {
  const lists = { list: "list --all", domains: "list --all --uuid --name" };
  const all = await virshSections(pool, host, lists, limits);
  const known = parseDomains(all.sections.get("domains"));
  const wanted = typeof definitions === "string" ? undefined : uuidIn(known, definitions.guest);
  const uuids = definitions === "all" ? known.map(({ uuid }) => uuid) : wanted === undefined ? [] : [wanted];
  const asked = uuids.flatMap((uuid) => [
    [`definition ${uuid}`, `dumpxml ${uuid}`],
    [`state ${uuid}`, `domstate ${uuid} --reason`],
  ]);
  // Behind the definitions: who sets a guest's autostart takes the mark off its definition afterwards.
  if (uuids.length > 0) asked.push(["starting", "list --all --autostart --uuid"]);
  const ofGuests = await virshSections(pool, host, Object.fromEntries(asked), limits);
  return { sections: new Map([...all.sections, ...ofGuests.sections]), errors: all.errors };
}

/** Reads the answer of one look; undefined when it is not whole: silence is never taken for absence. */
export function parseLoad(host: string, sections: ReadonlyMap<string, string>): HostLoad | undefined {
  const known = parseDomains(sections.get("domains"));
  const list = parseList(sections.get("list") ?? "", known);
  if (list === undefined) return undefined;
  const uuids = new Map(known.map(({ name, uuid }) => [name, uuid]));
  const definitions = new Map(
    [...sections]
      .filter(([name]) => name.startsWith("definition"))
      .flatMap(([, text]) => {
        const definition = parseGuestDefinition(text);
        return definition === undefined
          ? []
          : [{ definition, marks: parseMarks(text), carriesAutostart: carriesAutostart(text) }];
      })
      .map((read) => [read.definition.uuid, read]),
  );
  const starting = linesOf(sections.get("starting"));
  const domains = list.flatMap(({ name, state }) => {
    const uuid = uuids.get(name);
    if (uuid === undefined) return [];
    const { definition, marks = [], carriesAutostart } = definitions.get(uuid) ?? {};
    const reason = parseReason(sections.get(`state ${uuid}`));
    const autostart = starting.includes(uuid);
    return [{ name, uuid, state, reason, definition, marks, autostart, carriesAutostart }];
  });
  if (domains.length < list.length) return undefined;
  return { host, memory: memoryOf(sections.get("kernel")), domains };
}

/** libvirt gave no definition of a guest that is there: it came or went just now. */
export function noDefinition(guest: string, host: string): ProviderError {
  return new ProviderError({
    code: "KVM-610",
    host,
    expected: `virsh dumpxml ${asWord(guest)} to answer`,
    found: "no definition",
    fix: `on ${host}: virsh list --all; then run the same command again`,
  });
}
