import { ProviderError } from "../errors/provider-error";
import { shellSections, type VirshSections, virshSections } from "./ask-sections";
import { connectSoon } from "./connect-soon";
import { disksOfDomains } from "./domain-disks";
import { uuidIn } from "./domain-name";
import { type DomainOnHost, networkOf, parseInspection } from "./domain-on-host";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { libvirtSilent } from "./libvirt-silent";
import { type SwitchOnHost, switchScript } from "./switch-text";
import { parseDomains } from "./virsh-text";

export interface InspectionOptions {
  readonly signal: AbortSignal;
  /** Ask for the last completed job too. */
  readonly withJob?: boolean;
  /** Ask what the host's bridges know too. */
  readonly withNetwork?: boolean;
  /** Ask for the guest's definition as libvirt keeps it too. */
  readonly withXml?: boolean;
  /** Ask for the disks of all domains too. */
  readonly withDisks?: boolean;
  /** Ask for the definition that runs too: whether the guest has an agent, and whether it carries its autostart along. */
  readonly withLiveXml?: boolean;
}

/** What else is asked in the same look. */
export interface AlsoAsked {
  /** Commands of virsh, by the names of their answers. */
  readonly virsh: Readonly<Record<string, string>>;
  /** Commands about the guest, where the host has it. */
  readonly ofGuest?: (uuid: string) => Readonly<Record<string, string>>;
  /** A script of sh: each of its answers follows a line with `$mark:` and its name. */
  readonly script: string;
  /** They are there as $1, $2 … */
  readonly args: readonly string[];
}

/** A look with its whole answer. */
export interface AnsweredInspection {
  readonly seen: DomainOnHost;
  readonly sections: ReadonlyMap<string, string>;
  /** When the host was asked, over a connection that was there, and when its first words came; ms of this process's clock. */
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

const inspectionTimeoutMs = 60_000;

const nothingElse: AlsoAsked = { virsh: {}, script: "", args: [] };

type InspectionPool = Pick<HostPool, "connect" | "run" | "shell" | "virsh">;

/** How often a look is repeated whose parts do not fit together, because the guest came or went meanwhile. */
const mostInspections = 4;

/**
 * Looks at a guest on one host.
 *
 * @throws ProviderError KVM-401 to KVM-407 when the host cannot be reached, KVM-610 when its libvirt does not answer.
 *   Silence is never taken for absence.
 */
export async function inspectDomain(
  pool: InspectionPool,
  host: HostConnection,
  guest: string,
  options: InspectionOptions,
): Promise<DomainOnHost> {
  return (await inspectAndAsk(pool, host, guest, options, nothingElse)).seen;
}

/** As lookAt, with what else is asked. */
export async function inspectAndAsk(
  pool: InspectionPool,
  host: HostConnection,
  guest: string,
  options: InspectionOptions,
  also: AlsoAsked,
): Promise<AnsweredInspection> {
  const { signal } = options;
  for (let inspections = 1; ; inspections++) {
    // Dialling would count as the host's hesitation.
    await connectSoon(pool, host, signal);
    const limits = { timeoutMs: inspectionTimeoutMs, signal };
    const both = Promise.all([
      askVirsh(pool, host, guest, options, also),
      askShell(pool, host, options, also, limits),
    ]);
    const answers = await both.catch((error: unknown) => {
      if (inspections < mostInspections && connectionBroke(error)) return undefined;
      throw error;
    });
    if (answers === undefined) continue;
    const [virsh, shell] = answers;
    const sections = new Map([...virsh.sections, ...shell.sections]);
    const seen = parseInspection(host.name, guest, sections);
    const { askedAtMs, answeredAtMs } = shell;
    if (seen !== undefined) return { seen, sections, askedAtMs, answeredAtMs };
    if (!/failed to get domain|Domain not found/i.test(virsh.errors) || inspections === mostInspections) {
      throw libvirtSilent(host.name, virsh.errors.trim() || "an answer that is not whole");
    }
  }
}

/**
 * Lists the domains, then asks about the guest by its UUID: a name may hold what virsh's own command line takes for something else.
 * `--completed` alone would wipe the figures for whoever looks next.
 */
async function askVirsh(
  pool: InspectionPool,
  host: HostConnection,
  guest: string,
  { signal, withJob, withNetwork, withLiveXml, withXml, withDisks }: InspectionOptions,
  { virsh, ofGuest }: AlsoAsked,
): Promise<VirshSections> {
  const limits = { timeoutMs: inspectionTimeoutMs, signal };
  const all = await virshSections(
    pool,
    host,
    {
      list: "list --all",
      domains: "list --all --uuid --name",
      ...(withDisks ? { disks: disksOfDomains } : {}),
      ...virsh,
    },
    limits,
  );
  const uuid = uuidIn(parseDomains(all.sections.get("domains")), guest);
  if (uuid === undefined) return all;
  const asked = {
    // Before dominfo: who sets the autostart takes the mark off the definition afterwards, so that one of both is seen.
    ...(withLiveXml ? { definition: `dumpxml ${uuid}` } : {}),
    dominfo: `dominfo ${uuid}`,
    state: `domstate ${uuid} --reason`,
    job: `domjobinfo ${uuid}`,
    ...(withJob ? { completed: `domjobinfo ${uuid} --completed --keep-completed` } : {}),
    ...(withNetwork ? { interfaces: `domiflist ${uuid}` } : {}),
    ...(withXml ? { xml: `dumpxml ${uuid} --inactive` } : {}),
    ...ofGuest?.(uuid),
  };
  const answers = await virshSections(pool, host, asked, limits);
  return {
    sections: new Map([...all.sections, ...answers.sections]),
    errors: `${all.errors}${answers.errors}`,
  };
}

/** What the shell tells, where that is asked for. Its first words come at a known time. */
async function askShell(
  pool: InspectionPool,
  host: HostConnection,
  { withNetwork }: InspectionOptions,
  { script, args }: AlsoAsked,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Omit<AnsweredInspection, "seen">> {
  const askedAtMs = performance.now();
  const asked = `${script}${withNetwork ? switchScript : ""}`;
  if (asked === "") return { sections: new Map(), askedAtMs, answeredAtMs: askedAtMs };
  let answeredAtMs: number | undefined;
  const onBegun = () => {
    answeredAtMs = performance.now();
  };
  const sections = await shellSections(pool, host, asked, args, { ...limits, onBegun });
  return { sections, askedAtMs, answeredAtMs: answeredAtMs ?? performance.now() };
}

/** What a host's bridges know by now, of the guest's ports that were seen before. */
export async function switchAgain(
  pool: Pick<HostPool, "shell">,
  host: HostConnection,
  { ports }: SwitchOnHost,
  signal: AbortSignal,
): Promise<SwitchOnHost> {
  const parts = await shellSections(pool, host, switchScript, [], { timeoutMs: inspectionTimeoutMs, signal });
  return { ...networkOf(parts), ports };
}

/** The host was restarted since it was asked last: that is noticed only now. Looking changes nothing, and is done again. */
export function connectionBroke(error: unknown): boolean {
  return error instanceof ProviderError && error.facts.code === "KVM-404";
}
