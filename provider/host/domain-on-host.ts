import { randomBytes } from "node:crypto";
import { LabError } from "../../errors/lab-error";
import { type AgentChannel, parseAgentChannel } from "./agent-answers";
import { connectSoon } from "./connect-soon";
import type { AskOptions } from "./conversation";
import { type DomainIdentity, isMeant, uuidIn } from "./domain-name";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { type CompletedJob, isOutgoing, parseCompletedJob, parseRunningJob } from "./job-text";
import { libvirtSilent } from "./libvirt-silent";
import { sectionsOf } from "./sections";
import { parseSwitch, type SwitchOnHost, switchScript } from "./switch-text";
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

/** What else is asked in the same look. */
export interface AlsoAsked {
  /** Commands of virsh, by the names of their answers. */
  readonly virsh: Readonly<Record<string, string>>;
  /** A script of sh: each of its answers follows a line with `$mark:` and its name. */
  readonly script: string;
  /** They are there as $1, $2 … */
  readonly args: readonly string[];
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

const nothingElse: AlsoAsked = { virsh: {}, script: "", args: [] };

type LookPool = Pick<HostPool, "connect" | "run" | "shell" | "virsh">;

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
  options: LookOptions,
  also: AlsoAsked,
): Promise<AnsweredLook> {
  const { signal } = options;
  for (let looks = 1; ; looks++) {
    // Dialling would count as the host's hesitation.
    await connectSoon(pool, host, signal);
    const limits = { timeoutMs: lookTimeoutMs, signal };
    const both = Promise.all([
      askVirsh(pool, host, guest, options, also.virsh),
      askShell(pool, host, options, also, limits),
    ]);
    const answers = await both.catch((error: unknown) => {
      if (looks < mostLooks && connectionBroke(error)) return undefined;
      throw error;
    });
    if (answers === undefined) continue;
    const [virsh, shell] = answers;
    const sections = new Map([...virsh.sections, ...shell.sections]);
    const seen = parseLook(host.name, guest, sections);
    const { askedAtMs, answeredAtMs } = shell;
    if (seen !== undefined) return { seen, sections, askedAtMs, answeredAtMs };
    if (!/failed to get domain|Domain not found/i.test(virsh.errors) || looks === mostLooks) {
      throw libvirtSilent(host.name, virsh.errors.trim() || "an answer that is not whole");
    }
  }
}

/**
 * Lists the domains, then asks about the guest by its UUID: a name may hold what virsh's own command line takes for something else.
 * `--completed` alone would wipe the figures for whoever looks next.
 */
async function askVirsh(
  pool: LookPool,
  host: HostConnection,
  guest: string,
  { signal, withJob, withNetwork, withAgent, withXml }: LookOptions,
  also: AlsoAsked["virsh"],
): Promise<{ readonly sections: ReadonlyMap<string, string>; readonly errors: string }> {
  const sections = new Map<string, string>();
  let errors = "";
  const ask = async (asked: Readonly<Record<string, string>>) => {
    const answers = await pool.virsh(host, Object.values(asked), { timeoutMs: lookTimeoutMs, signal });
    for (const [index, name] of Object.keys(asked).entries()) {
      sections.set(name, answers[index]?.out ?? "");
      errors += answers[index]?.err ?? "";
    }
  };
  await ask({ list: "list --all", domains: "list --all --uuid --name", ...also });
  const uuid = uuidIn(parseDomains(sections.get("domains")), guest);
  if (uuid === undefined) return { sections, errors };
  await ask({
    dominfo: `dominfo ${uuid}`,
    state: `domstate ${uuid} --reason`,
    job: `domjobinfo ${uuid}`,
    ...(withJob ? { completed: `domjobinfo ${uuid} --completed --keep-completed` } : {}),
    ...(withNetwork ? { interfaces: `domiflist ${uuid}` } : {}),
    ...(withAgent ? { definition: `dumpxml ${uuid}` } : {}),
    ...(withXml ? { xml: `dumpxml ${uuid} --inactive` } : {}),
  });
  return { sections, errors };
}

/** What the shell tells, where that is asked for. Its first words come at a known time. */
async function askShell(
  pool: LookPool,
  host: HostConnection,
  { withNetwork }: LookOptions,
  { script, args }: AlsoAsked,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Omit<AnsweredLook, "seen">> {
  const askedAtMs = performance.now();
  const asked = `${script}${withNetwork ? switchScript : ""}`;
  if (asked === "") return { sections: new Map(), askedAtMs, answeredAtMs: askedAtMs };
  let answeredAtMs: number | undefined;
  const onBegun = () => {
    answeredAtMs = performance.now();
  };
  const sections = await askSections(pool, host, asked, args, { ...limits, onBegun });
  return { sections, askedAtMs, answeredAtMs: answeredAtMs ?? performance.now() };
}

async function askSections(
  pool: Pick<HostPool, "shell">,
  host: HostConnection,
  script: string,
  args: readonly string[],
  options: AskOptions,
): Promise<ReadonlyMap<string, string>> {
  const token = randomBytes(6).toString("hex");
  return sectionsOf(token, await pool.shell(host, `mark="=$1"; shift\n${script}`, [token, ...args], options));
}

/** What a host's bridges know by now, of the guest's ports that were seen before. */
export async function switchAgain(
  pool: Pick<HostPool, "shell">,
  host: HostConnection,
  { ports }: SwitchOnHost,
  signal: AbortSignal,
): Promise<SwitchOnHost> {
  const parts = await askSections(pool, host, switchScript, [], { timeoutMs: lookTimeoutMs, signal });
  return { ...networkOf(parts), ports };
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
  if (list === undefined) return undefined;
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

/** What `virsh domstate --reason` has in its brackets. */
export function parseReason(domstate = ""): string | undefined {
  return /\(([^()]+)\)\s*$/m.exec(domstate)?.[1];
}
