import { ProviderError } from "../../../../provider/errors/provider-error";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import type { GuestView, SilentHost } from "../../../../provider/host/guest-view";
import type { HostConnection } from "../../../../provider/host/host-connection";

/** UUIDs as libvirt writes them: the guest that is meant, and others. */
export const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";
export const anotherUuid = "11111111-f6a4-8304-79aa-97f2502e193f";

export const host = (name: string): HostConnection => ({
  name,
  address: "127.0.0.1",
  port: 22,
  user: "root",
  privateKey: "k",
  hostKey: "h",
});

/** One host's answer to a look at the guest; without a state it has none. */
export function on(
  name: string,
  state?: string,
  reason?: string,
  more: Partial<NonNullable<DomainOnHost["domain"]>> = {},
): DomainOnHost {
  if (state === undefined) return { host: name, list: [], domains: [] };
  const domain = {
    name: "guest",
    uuid,
    state,
    persistent: true,
    ...(reason === undefined ? {} : { reason }),
    ...more,
  };
  return {
    host: name,
    list: [{ name: domain.name, state }],
    domains: [{ name: domain.name, uuid: domain.uuid }],
    domain,
  };
}

/** The source's side of a move that goes on. */
export const outgoing = { runningJob: "Unbounded", outgoing: true };

export const silence = (name: string): SilentHost => ({
  host: name,
  error: new ProviderError({
    code: "KVM-401",
    host: name,
    expected: `${name} to answer`,
    found: "no answer",
    fix: `start ${name}`,
  }),
});

export function viewOn(
  seen: readonly DomainOnHost[],
  silent: readonly string[] = [],
  foreign: GuestView["foreign"] = [],
): GuestView {
  return { guest: uuid, uuid, seen, silent: silent.map(silence), foreign };
}
