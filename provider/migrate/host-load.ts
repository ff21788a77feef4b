import { randomBytes } from "node:crypto";
import { LabError } from "../../errors/lab-error";
import { connectionBroke, parseReason } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { libvirtSilent } from "../host/libvirt-silent";
import { sectionsOf } from "../host/sections";
import { systemVirsh } from "../host/virsh-environment";
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
}

/** Whose definitions are read beside the list: those of all guests, with the reasons of their states, one guest's, or nobody's. */
export type Definitions = "all" | "none" | { readonly guest: string };

/**
 * One host in one round. $1 the token, $2 whose definitions, $3 the guest, by its name or UUID. A second virsh is started only where the guests are not
 * known beforehand; they are asked for by their UUIDs, so that no guest's name can be anything but a name.
 */
export const lookAtLoadScript = `
${systemVirsh}
mark="=$1"
case $2 in
  all) asked=$(virsh list --all --uuid < /dev/null | sed -n "s/^\\([0-9a-f-]\\{36\\}\\)$/echo $mark:definition \\1; dumpxml \\1; echo $mark:state \\1; domstate \\1 --reason;/p" | tr "\\n" " ") ;;
  guest) asked="echo $mark:definition; dumpxml '$3';" ;;
  *) asked= ;;
esac
virsh "echo $mark:list; list --all; echo $mark:domains; list --all --uuid --name; $asked echo $mark:end" < /dev/null
echo "$mark:kernel"; sed '/^$/q' /proc/meminfo
`;

interface Context {
  readonly pool: Pick<HostPool, "script">;
  readonly signal: AbortSignal;
}

/** A host with many guests tells much. */
const lookTimeoutMs = 60_000;
/** How often a look is repeated that is not whole, because a guest came or went meanwhile, or the host was restarted before it. */
const mostLooks = 3;

/**
 * Looks at what all hosts carry, at the same time and once each.
 *
 * @throws LabError KVM-401 to KVM-407 when a host cannot be reached, KVM-610 when its libvirt does not answer
 */
export function lookAtLoads(
  hosts: readonly HostConnection[],
  definitions: (host: string) => Definitions,
  context: Context,
): Promise<HostLoad[]> {
  return Promise.all(hosts.map((host) => lookAtLoad(host, definitions(host.name), context)));
}

async function lookAtLoad(
  host: HostConnection,
  definitions: Definitions,
  { pool, signal }: Context,
): Promise<HostLoad> {
  const token = randomBytes(6).toString("hex");
  const whose = typeof definitions === "string" ? [definitions] : ["guest", definitions.guest];
  for (let looks = 1; ; looks++) {
    const asked = pool.script(host, lookAtLoadScript, [token, ...whose], {
      timeoutMs: lookTimeoutMs,
      signal,
    });
    const answer = await asked.catch((error: unknown) => {
      if (looks < mostLooks && connectionBroke(error)) return undefined;
      throw error;
    });
    const load = answer && parseLoad(host.name, sectionsOf(token, answer.stdout));
    if (load !== undefined) return load;
    if (looks === mostLooks)
      throw libvirtSilent(host.name, answer?.stderr.trim() || "an answer that is not whole");
  }
}

/** Reads the answer of one look; undefined when it is not whole: silence is never taken for absence. */
export function parseLoad(host: string, sections: ReadonlyMap<string, string>): HostLoad | undefined {
  const list = parseList(sections.get("list") ?? "");
  if (list === undefined || !sections.has("end")) return undefined;
  const uuids = new Map(parseDomains(sections.get("domains")).map(({ name, uuid }) => [name, uuid]));
  const definitions = new Map(
    [...sections]
      .filter(([name]) => name.startsWith("definition"))
      .flatMap(([, text]) => {
        const definition = parseGuestDefinition(text);
        return definition === undefined ? [] : [{ definition, marks: parseMarks(text) }];
      })
      .map((read) => [read.definition.uuid, read]),
  );
  const domains = list.flatMap(({ name, state }) => {
    const uuid = uuids.get(name);
    if (uuid === undefined) return [];
    const { definition, marks = [] } = definitions.get(uuid) ?? {};
    const reason = parseReason(sections.get(`state ${uuid}`));
    return [{ name, uuid, state, reason, definition, marks }];
  });
  if (domains.length < list.length) return undefined;
  return { host, memory: memoryOf(sections.get("kernel")), domains };
}

/** libvirt gave no definition of a guest that is there: it came or went just now. */
export function noDefinition(guest: string, host: string): LabError {
  return new LabError({
    code: "KVM-610",
    host,
    expected: `virsh dumpxml ${guest} to answer`,
    found: "no definition",
    fix: `on ${host}: virsh list --all; then run the same command again`,
  });
}
