import { ProviderError } from "../errors/provider-error";
import { type DomainIdentity, isUuid } from "./domain-name";
import { type DomainOnHost, isActive } from "./domain-on-host";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { type InspectionOptions, inspectDomain } from "./inspect-domain";

/** A host that could not be looked at: what it has is unknown, which is neither a guest nor none. */
export interface SilentHost {
  readonly host: string;
  readonly error: ProviderError;
}

/** Another guest that has the name on a host: it is never touched. */
export interface ForeignGuest extends DomainIdentity {
  readonly host: string;
  readonly state: string;
}

/** One guest on all hosts, seen in one look. Identity is the UUID: a name says which guest is meant, no more. */
export interface GuestView<Seen extends DomainOnHost = DomainOnHost> {
  /** How it is called in commands: by its UUID where that is known, else as it was given. */
  readonly guest: string;
  readonly uuid: string | undefined;
  /** Every host that answered; `domain` is this very guest. */
  readonly seen: readonly Seen[];
  readonly silent: readonly SilentHost[];
  readonly foreign: readonly ForeignGuest[];
}

/** How a guest is known: by what the user gave, and by its UUID where an earlier look found it. */
export interface GuestReference {
  readonly guest: string;
  readonly uuid?: string | undefined;
}

/** What says that a host does not answer; a refused login or a wrong host key is a mistake to correct, and is thrown. */
const silences: ReadonlySet<string> = new Set(["KVM-401", "KVM-404", "KVM-405", "KVM-407", "KVM-610"]);

export function isSilence({ facts }: ProviderError): boolean {
  return silences.has(facts.code);
}

/**
 * Looks at one guest on all hosts at the same time. A host that does not answer is in `silent`.
 *
 * @throws ProviderError KVM-402, KVM-403, KVM-406 a host refuses the login; KVM-620 the name means two guests
 */
export async function viewGuest<Seen extends DomainOnHost>(
  hosts: readonly HostConnection[],
  { guest, uuid }: GuestReference,
  signal: AbortSignal,
  inspect: (host: HostConnection, guest: string) => Promise<Seen>,
): Promise<GuestView<Seen>> {
  const ask = async (host: HostConnection, reference: string) => {
    try {
      return { connection: host, seen: await inspect(host, reference) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProviderError) || !isSilence(error)) throw error;
      return { connection: host, silent: { host: host.name, error } };
    }
  };
  const first = await Promise.all(hosts.map((host) => ask(host, uuid ?? guest)));
  const answered = first.flatMap(({ connection, seen }) => (seen ? [{ connection, seen }] : []));
  const meant =
    uuid ??
    (isUuid(guest)
      ? guest.toLowerCase()
      : uuidOf(
          guest,
          answered.map(({ seen }) => seen),
        ));
  // By its name it is not found where it is called otherwise, or where the name is another guest's.
  const again = await Promise.all(
    answered.map(({ connection, seen }) =>
      meant !== undefined && seen.domain?.uuid !== meant && seen.domains.some((one) => one.uuid === meant)
        ? ask(connection, meant)
        : { connection, seen },
    ),
  );
  const all = [...first.filter(({ silent }) => silent), ...again];
  const seen = again.flatMap((one) => ("seen" in one && one.seen ? [one.seen] : []));
  return {
    guest: meant ?? guest,
    uuid: meant,
    seen: seen.map((one) => (one.domain && one.domain.uuid !== meant ? without(one) : one)),
    silent: all.flatMap((one) => ("silent" in one && one.silent ? [one.silent] : [])),
    foreign: isUuid(guest)
      ? []
      : foreignOf(
          guest,
          meant,
          answered.map((one) => one.seen),
        ),
  };
}

/** A look at the guest alone. */
export function viewOf(
  hosts: readonly HostConnection[],
  reference: GuestReference,
  context: { readonly pool: HostPool; readonly signal: AbortSignal },
  options: Omit<InspectionOptions, "signal"> = {},
): Promise<GuestView> {
  const { pool, signal } = context;
  return viewGuest(hosts, reference, signal, (host, guest) =>
    inspectDomain(pool, host, guest, { ...options, signal }),
  );
}

/** Which guest a name means: the only one that has it, or the only one of them that is active. */
function uuidOf(name: string, seen: readonly DomainOnHost[]): string | undefined {
  const having = seen.flatMap(({ host, domain }) => (domain ? [{ host, ...domain }] : []));
  const uuids = distinct(having);
  if (uuids.length <= 1) return uuids[0];
  const active = distinct(having.filter(({ state }) => isActive(state)));
  if (active.length === 1) return active[0];
  throw new ProviderError({
    code: "KVM-620",
    host: having.map(({ host }) => host).join(", "),
    expected: `one guest of the name ${name}`,
    found: having.map(({ host, state, uuid }) => `UUID ${uuid}, ${state} on ${host}`).join("; "),
    fix: "these are different guests: give the UUID of the one that is meant as guest",
  });
}

function distinct(having: readonly { readonly uuid: string }[]): string[] {
  return [...new Set(having.map(({ uuid }) => uuid))];
}

function without<Seen extends DomainOnHost>(seen: Seen): Seen {
  const { domain: _foreign, ...rest } = seen;
  // The rest of a look is the same without its domain, which every look may lack.
  return rest as Seen;
}

function foreignOf(name: string, uuid: string | undefined, seen: readonly DomainOnHost[]): ForeignGuest[] {
  return seen.flatMap(({ host, domains, list }) =>
    domains
      .filter((one) => one.name === name && one.uuid !== uuid)
      .map((one) => ({ host, ...one, state: list.find((line) => line.name === name)?.state ?? "" })),
  );
}
