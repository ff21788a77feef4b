import { type AgentChannel, parseAgentChannel } from "./agent-answers";
import { carriesAutostart } from "./autostart-mark";
import { type DomainDisks, parseDomainDisks } from "./domain-disks";
import { type DomainIdentity, isMeant } from "./domain-name";
import { type CompletedJob, isOutgoing, parseCompletedJob, parseRunningJob } from "./job-text";
import { parseSwitch, type SwitchOnHost } from "./switch-text";
import { type ListedDomain, parseDomains, parseFields, parseList } from "./virsh-text";

/** What one host says about a guest, seen in one look. */
export interface DomainOnHost {
  readonly host: string;
  /** All domains there, as `virsh list --all` shows them. */
  readonly list: readonly ListedDomain[];
  /** The same domains with their UUIDs. */
  readonly domains: readonly DomainIdentity[];
  /** The disks of all of them, where these were asked for. */
  readonly disks?: readonly DomainDisks[];
  /** The guest; undefined when this host has none of that name or UUID. */
  readonly domain?: {
    /** What it is called here: a guest that is known by its UUID may have another name on each host. */
    readonly name: string;
    readonly uuid: string;
    readonly state: string;
    /** Why it is in that state, in virsh's words: `booted`, `migrating`, `post-copy failed`, `I/O error` … */
    readonly reason?: string;
    readonly persistent: boolean;
    /** Whether it starts with its host; undefined where virsh does not tell. */
    readonly autostart?: boolean;
    /** libvirt's word for the job it does on the guest right now: `Unbounded` …; undefined when there is none. */
    readonly runningJob?: string;
    /** Whether that job moves it to another host. */
    readonly outgoing?: boolean;
    /** Its channel for QEMU's guest agent, where its running definition was asked for. */
    readonly agent?: AgentChannel;
    /** Whether it is on its way with its autostart, where that was asked for. */
    readonly carriesAutostart?: boolean;
  };
  /** Its definition as libvirt keeps it (dumpxml --inactive), where that was asked for. */
  readonly xml?: string;
  /** Its last completed job, where one was asked for and is known. */
  readonly job?: CompletedJob;
  /** What its bridges know, where that was asked for. */
  readonly network?: SwitchOnHost;
}

/** Reads the answer of one look; undefined when it is not whole, or says that the guest is there and is not. */
export function parseInspection(
  host: string,
  guest: string,
  parts: ReadonlyMap<string, string>,
): DomainOnHost | undefined {
  const domains = parseDomains(parts.get("domains"));
  const list = parseList(parts.get("list") ?? "", domains);
  if (list === undefined) return undefined;
  const domain = domainOf(guest, domains, parts);
  const listed = domains.some((one) => isMeant(guest, one));
  if (listed !== (domain !== undefined)) return undefined;
  const job = parseCompletedJob(parts.get("completed") ?? "");
  return {
    host,
    list,
    domains,
    ...(parts.has("disks") ? { disks: parseDomainDisks(parts.get("disks")) } : {}),
    ...(domain === undefined ? {} : { domain }),
    ...(job === undefined ? {} : { job }),
    ...(domain !== undefined && parts.get("xml") ? { xml: parts.get("xml") ?? "" } : {}),
    ...(parts.has("taps") ? { network: networkOf(parts) } : {}),
  };
}

function domainOf(
  guest: string,
  domains: readonly DomainIdentity[],
  parts: ReadonlyMap<string, string>,
): DomainOnHost["domain"] {
  const info = parseFields(parts.get("dominfo") ?? "");
  const [uuid, state] = [info.get("UUID"), info.get("State")];
  const name = domains.find((one) => one.uuid === uuid)?.name ?? info.get("Name");
  if (name === undefined || uuid === undefined || state === undefined) return undefined;
  // Where there is none of a UUID, virsh takes it for a name.
  if (!isMeant(guest, { name, uuid })) return undefined;
  const reason = parseReason(parts.get("state"));
  const runningJob = parseRunningJob(parts.get("job") ?? "");
  const definition = parts.get("definition");
  const autostart = autostartIn(info);
  return {
    name,
    uuid,
    state,
    ...(reason === undefined ? {} : { reason }),
    persistent: info.get("Persistent") === "yes",
    ...(autostart === undefined ? {} : { autostart }),
    ...(runningJob === undefined ? {} : { runningJob, outgoing: isOutgoing(parts.get("job") ?? "") }),
    ...(definition === undefined
      ? {}
      : { agent: parseAgentChannel(definition), carriesAutostart: carriesAutostart(definition) }),
  };
}

/** What `virsh dominfo` says of it. */
export function autostartIn(info: ReadonlyMap<string, string>): boolean | undefined {
  const word = info.get("Autostart");
  return word === undefined ? undefined : word === "enable";
}

export function networkOf(parts: ReadonlyMap<string, string>): SwitchOnHost {
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
