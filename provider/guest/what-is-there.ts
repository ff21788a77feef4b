import { LabError } from "../../errors/lab-error";
import { type DomainOnHost, isActive } from "../host/domain-on-host";

/** What a guest that is to be made meets on the hosts. */
export type WhatIsThere =
  /** It is to be made; what an interrupted start of it left defined is removed first. */
  | { readonly action: "make"; readonly leftovers: readonly string[] }
  /** It was made and started already, by an engine that did not live to write it down. */
  | { readonly action: "take-over"; readonly found: DomainOnHost };

/**
 * Decides from one look at every host. By its UUID a guest is known as this resource's own.
 *
 * @throws LabError KVM-501 somebody else's guest has the name, KVM-603 two hosts run it
 */
export function whatIsThere(name: string, uuid: string, seen: readonly DomainOnHost[]): WhatIsThere {
  const having = seen.filter(({ domain }) => domain !== undefined);
  const foreign = having.find(({ domain }) => domain?.uuid !== uuid);
  if (foreign) throw nameTaken(name, foreign);
  const [found, second] = having.filter(({ domain }) => isActive(domain?.state));
  if (found && second) throw twoCopies(name, [found, second]);
  if (found) return { action: "take-over", found };
  return { action: "make", leftovers: having.map(({ host }) => host) };
}

function nameTaken(name: string, { host, domain }: DomainOnHost): LabError {
  return new LabError({
    code: "KVM-501",
    host,
    expected: `no guest ${name} yet`,
    found: `${name} is ${domain?.state} (UUID ${domain?.uuid}), and this stack did not make it`,
    mend: `take another name, or remove it on ${host}: virsh destroy ${name}; virsh undefine ${name}`,
  });
}

function twoCopies(name: string, copies: readonly DomainOnHost[]): LabError {
  return new LabError({
    code: "KVM-603",
    host: copies.map(({ host }) => host).join(", "),
    expected: `${name} to run on one host only`,
    found: copies.map(({ host, domain }) => `${domain?.state} on ${host}`).join("; "),
    mend: `stop the copy that is wrong, at once, before its disk suffers: virsh destroy ${name} on that host`,
  });
}
