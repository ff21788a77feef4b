import { randomBytes } from "node:crypto";
import { LabError } from "../../errors/lab-error";
import { type AgentChannel, parseAgentChannel } from "./agent-answers";
import { connectSoon } from "./connect-soon";
import { type DomainIdentity, isMeant } from "./domain-name";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { type CompletedJob, isOutgoing, parseCompletedJob, parseRunningJob } from "./job-text";
import { sectionsOf } from "./sections";
import { parseSwitch, type SwitchOnHost, switchScript } from "./switch-text";
import { systemVirsh } from "./virsh-environment";
import { type ListedDomain, parseDomains, parseFields, parseList } from "./virsh-text";

/** What one host says about a guest, seen in one look. */
export interface DomainOnHost {
  readonly host: string;
  /** All domains there, as the course's `virsh list --all` shows them. */
  readonly list: readonly ListedDomain[];
  /** The same domains with their UUIDs. */
  readonly domains: readonly DomainIdentity[];
  /** The guest; undefined when this host has none of that name or UUID. */
  readonly domain?: {
    /** What it is called here: a guest that is known by its UUID may have another name on each host. */
    readonly name: string;
    readonly uuid: string;
    readonly state: string;
    /** Why it is in that state, in virsh's words: `booted`, `migrating`, `post-copy failed`, `I/O error` … */
    readonly reason?: string;
    readonly persistent: boolean;
    /** libvirt's word for the job it does on the guest right now: `Unbounded` …; undefined when there is none. */
    readonly runningJob?: string;
    /** Whether that job moves it to another host. */
    readonly outgoing?: boolean;
    /** Its channel for QEMU's guest agent, where that was asked for. */
    readonly agent?: AgentChannel;
  };
  /** Its definition as libvirt keeps it (dumpxml --inactive), where that was asked for. */
  readonly xml?: string;
  /** Its last completed job, where one was asked for and is known. */
  readonly job?: CompletedJob;
  /** What its bridges know, where that was asked for. */
  readonly network?: SwitchOnHost;
}

export interface LookOptions {
  readonly signal: AbortSignal;
  /** Ask for the last completed job too. */
  readonly withJob?: boolean;
  /** Ask what the host's bridges know too. */
  readonly withNetwork?: boolean;
  /** Ask for the guest's definition as libvirt keeps it too. */
  readonly withXml?: boolean;
  /** Ask whether the guest has an agent too. */
  readonly withAgent?: boolean;
}

/** What else is asked in the same look, in words of shell. Each of its answers follows a line with `$mark:` and its name. */
export interface AlsoAsked {
  /** They are there as $1, $2 …, for `after` alone. */
  readonly args: readonly string[];
  /** Before virsh is started. */
  readonly before: string;
  /** The same virsh's commands, after those of the look. */
  readonly virsh: string;
  readonly after: string;
}

/** A look with its whole answer. */
export interface AnsweredLook {
  readonly seen: DomainOnHost;
  readonly sections: ReadonlyMap<string, string>;
  /** When the host was asked, over a connection that was there, and when its first words came; ms of this process's clock. */
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

const lookTimeoutMs = 60_000;

/**
 * $1: the token of its marks; $2: the guest, by its name or UUID; $3: a word when its completed job is wanted; $4: one when the
 * bridges are; $5: one when its live definition is; $6: one when its kept definition is. One virsh does it all, because starting one takes longest on an emulated host.
 * `--completed` alone would wipe the figures for whoever looks next.
 */
const look = ({ before, virsh, after }: Omit<AlsoAsked, "args">) => `
${systemVirsh}
mark="=$1"; guest=$2; completed=$3; interfaces=$4; definition=$5; xml=$6; shift 6
${before}
completed=\${completed:+"echo $mark:completed; domjobinfo '$guest' --completed --keep-completed; "}
interfaces=\${interfaces:+"echo $mark:interfaces; domiflist '$guest'; "}
definition=\${definition:+"echo $mark:definition; dumpxml '$guest'; "}
xml=\${xml:+"echo $mark:xml; dumpxml '$guest' --inactive; "}
virsh "echo $mark:list; list --all; echo $mark:domains; list --all --uuid --name; echo $mark:dominfo; dominfo '$guest'; \\
echo $mark:state; domstate '$guest' --reason; echo $mark:job; domjobinfo '$guest'; \\
\${completed}\${interfaces}\${definition}\${xml}${virsh}echo $mark:end" < /dev/null
[ -z "$interfaces" ] || { ${switchScript.trim()}
}
${after}
`;
const nothingElse: AlsoAsked = { args: [], before: "", virsh: "", after: "" };

type LookPool = Pick<HostPool, "connect" | "script">;

/** How often a look is repeated whose parts do not fit together, because the guest came or went meanwhile. */
const mostLooks = 4;

/**
 * Looks at a guest on one host.
 *
 * @throws LabError KVM-401 to KVM-407 when the host cannot be reached, KVM-610 when its libvirt does not answer.
 *   Silence is never taken for absence.
 */
export async function lookAt(
  pool: LookPool,
  host: HostConnection,
  guest: string,
  options: LookOptions,
): Promise<DomainOnHost> {
  return (await lookAndAsk(pool, host, guest, options, nothingElse)).seen;
}

/** As lookAt, with what else is asked. */
export async function lookAndAsk(
  pool: LookPool,
  host: HostConnection,
  guest: string,
  { signal, withJob, withNetwork, withAgent, withXml }: LookOptions,
  also: AlsoAsked,
): Promise<AnsweredLook> {
  const token = randomBytes(6).toString("hex");
  const wanted = [
    withJob ? "job" : "",
    withNetwork ? "network" : "",
    withAgent ? "agent" : "",
    withXml ? "xml" : "",
  ];
  for (let looks = 1; ; looks++) {
    // Dialling would count as the host's hesitation.
    await connectSoon(pool, host, signal);
    const askedAtMs = performance.now();
    let answeredAtMs: number | undefined;
    const onStdout = () => {
      answeredAtMs ??= performance.now();
    };
    const options = { timeoutMs: lookTimeoutMs, signal, onStdout };
    const asked = pool.script(host, look(also), [token, guest, ...wanted, ...also.args], options);
    const result = await asked.catch((error: unknown) => {
      if (looks < mostLooks && connectionBroke(error)) return undefined;
      throw error;
    });
    if (result === undefined) continue;
    const sections = sectionsOf(token, result.stdout);
    const seen = parseLook(host.name, guest, sections);
    if (seen !== undefined)
      return { seen, sections, askedAtMs, answeredAtMs: answeredAtMs ?? performance.now() };
    if (!/failed to get domain|Domain not found/i.test(result.stderr) || looks === mostLooks) {
      throw libvirtSilent(host.name, result.stderr.trim() || `exit code ${result.exitCode}`);
    }
  }
}

/** The host was restarted since it was asked last: that is noticed only now. Looking changes nothing, and is done again. */
export function connectionBroke(error: unknown): boolean {
  return error instanceof LabError && error.facts.code === "KVM-404";
}

/** Reads the answer of one look; undefined when it is not whole, or says that the guest is there and is not. */
export function parseLook(
  host: string,
  guest: string,
  parts: ReadonlyMap<string, string>,
): DomainOnHost | undefined {
  const list = parseList(parts.get("list") ?? "");
  if (list === undefined || !parts.has("end")) return undefined;
  const domain = domainOf(guest, parts);
  const domains = parseDomains(parts.get("domains"));
  const listed = domains.some((one) => isMeant(guest, one));
  if (listed !== (domain !== undefined)) return undefined;
  const job = parseCompletedJob(parts.get("completed") ?? "");
  return {
    host,
    list,
    domains,
    ...(domain === undefined ? {} : { domain }),
    ...(job === undefined ? {} : { job }),
    ...(domain !== undefined && parts.get("xml") ? { xml: parts.get("xml") ?? "" } : {}),
    ...(parts.has("taps") ? { network: networkOf(parts) } : {}),
  };
}

function domainOf(guest: string, parts: ReadonlyMap<string, string>): DomainOnHost["domain"] {
  const info = parseFields(parts.get("dominfo") ?? "");
  const [name, uuid, state] = [info.get("Name"), info.get("UUID"), info.get("State")];
  if (name === undefined || uuid === undefined || state === undefined) return undefined;
  // Where there is none of a UUID, virsh takes it for a name.
  if (!isMeant(guest, { name, uuid })) return undefined;
  const reason = parseReason(parts.get("state"));
  const runningJob = parseRunningJob(parts.get("job") ?? "");
  const definition = parts.get("definition");
  return {
    name,
    uuid,
    state,
    ...(reason === undefined ? {} : { reason }),
    persistent: info.get("Persistent") === "yes",
    ...(runningJob === undefined ? {} : { runningJob, outgoing: isOutgoing(parts.get("job") ?? "") }),
    ...(definition === undefined ? {} : { agent: parseAgentChannel(definition) }),
  };
}

function networkOf(parts: ReadonlyMap<string, string>): SwitchOnHost {
  const part = (name: string) => parts.get(name) ?? "";
  return parseSwitch(part("interfaces"), part("taps"), part("switch"));
}

/** What a domain's state means for its memory and its disk. */
export type Presence =
  /** It runs. */
  | "running"
  /** It has its memory and a hand on its disk, and stands still. */
  | "paused"
  /** It is defined only. */
  | "off"
  /** There is none of that name. */
  | "absent";

/** libvirt's states, by what they mean here. A state that is not among them counts as running: the careful guess. */
export function presenceOf(domain: { readonly state: string } | undefined): Presence {
  switch (domain?.state) {
    case undefined:
      return "absent";
    case "shut off":
      return "off";
    // "crashed" is said of one that was kept for inspection; any other that crashed is "shut off".
    case "crashed":
    case "paused":
    case "pmsuspended":
      return "paused";
    default:
      return "running";
  }
}

/** Whether a domain in this state has a running copy: memory, and a hand on the disk. */
export function isActive(state: string | undefined): boolean {
  const presence = presenceOf(state === undefined ? undefined : { state });
  return presence === "running" || presence === "paused";
}

export function libvirtSilent(host: string, found: string): LabError {
  return new LabError({
    code: "KVM-610",
    host,
    expected: "virsh list --all to answer",
    found,
    fix: `on ${host}: systemctl restart libvirtd; journalctl -u libvirtd -n 20`,
  });
}

/** What `virsh domstate --reason` has in its brackets. */
export function parseReason(domstate = ""): string | undefined {
  return /\(([^()]+)\)\s*$/m.exec(domstate)?.[1];
}
