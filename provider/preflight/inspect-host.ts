import type { DomainOnHost } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { inspectAndAsk } from "../host/inspect-domain";
import { libvirtSilent } from "../host/libvirt-silent";
import type { ClockOffset } from "./facts/host-facts";
import { askHost } from "./inspection-scripts";

/** A host that a guest may leave or come to: what it says of the guest, and all of itself that the rules evaluate. */
export interface HostInspection extends DomainOnHost {
  readonly sections: ReadonlyMap<string, string>;
  readonly clock: ClockOffset | undefined;
  /** On this process's clock. */
  readonly askedAtMs: number;
}

export interface InspectionContext {
  readonly pool: Pick<HostPool, "connect" | "run" | "script" | "shell" | "virsh" | "openTcp">;
  readonly signal: AbortSignal;
}

/**
 * One look at a host: whether it has the guest, and what a rule may ask about. Together, because starting a virsh takes longest on an
 * emulated host.
 *
 * @param hosts all hosts of the guest: what the others are called is asked about
 * @throws ProviderError KVM-401 to KVM-407 when the host cannot be reached, KVM-610 when its libvirt does not answer
 */
export async function inspectHost(
  host: HostConnection,
  hosts: readonly HostConnection[],
  guest: string,
  { pool, signal }: InspectionContext,
): Promise<HostInspection> {
  const others = hosts.map(({ name }) => name).filter((name) => name !== host.name);
  const also = { ...askHost, args: others };
  const answer = await inspectAndAsk(pool, host, guest, { signal, withLiveXml: true, withXml: true }, also);
  const { seen, sections, askedAtMs, answeredAtMs } = answer;
  if (!sections.get("version")?.includes("Running hypervisor"))
    throw libvirtSilent(host.name, "an answer that is not whole");
  return { ...seen, sections, clock: clockOffset(sections.get("clock"), askedAtMs, answeredAtMs), askedAtMs };
}

/** The host's clock against this machine's, which is read once: it may be set while the hosts are asked. */
function clockOffset(text: string | undefined, asked: number, answered: number): ClockOffset | undefined {
  const seconds = Number.parseFloat(text ?? "");
  if (!Number.isFinite(seconds)) return undefined;
  const middle = performance.timeOrigin + (asked + answered) / 2;
  return { ms: seconds * 1000 - middle, uncertaintyMs: (answered - asked) / 2 };
}
