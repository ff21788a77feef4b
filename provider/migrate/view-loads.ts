import { ProviderError } from "../errors/provider-error";
import { connectSoon } from "../host/connect-soon";
import { isSilence, type SilentHost } from "../host/guest-view";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { type Definitions, type HostLoad, inspectLoads } from "./host-load";

/** What all hosts carry, as far as they answer. */
export interface LoadsView {
  readonly loads: readonly HostLoad[];
  /** What these have is unknown, which is not nothing. */
  readonly silent: readonly SilentHost[];
}

interface Context {
  readonly pool: Pick<HostPool, "connect" | "run" | "shell" | "virsh">;
  readonly signal: AbortSignal;
}

/**
 * Looks at what all hosts carry, at the same time and once each. A host that does not answer is in `silent`.
 *
 * @throws ProviderError KVM-402, KVM-403, KVM-406 a host refuses the login
 */
export async function viewLoads(
  hosts: readonly HostConnection[],
  definitions: Definitions,
  context: Context,
): Promise<LoadsView> {
  const inspections = await Promise.all(hosts.map((host) => viewLoad(host, definitions, context)));
  return {
    loads: inspections.flatMap((inspection) => ("error" in inspection ? [] : [inspection])),
    silent: inspections.flatMap((inspection) => ("error" in inspection ? [inspection] : [])),
  };
}

async function viewLoad(
  host: HostConnection,
  definitions: Definitions,
  context: Context,
): Promise<HostLoad | SilentHost> {
  const { pool, signal } = context;
  try {
    await connectSoon(pool, host, signal);
    const [load] = await inspectLoads([host], () => definitions, context);
    if (load === undefined) throw new Error(`${host.name} was not looked at`);
    return load;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProviderError && isSilence(error)) return { host: host.name, error };
    throw error;
  }
}

/** What one host carries. @throws ProviderError what its silence is, when it does not answer */
export function loadOn({ loads, silent }: LoadsView, host: string): HostLoad {
  const load = loads.find((one) => one.host === host);
  if (load !== undefined) return load;
  throw silent.find((one) => one.host === host)?.error ?? new Error(`${host} was not looked at`);
}

/** `third does not answer (KVM-401: no answer in 25 s)`, for people; empty when all do. */
export function describeSilence({ silent }: Pick<LoadsView, "silent">): string {
  return silent
    .map(({ host, error }) => `${host} does not answer (${error.facts.code}: ${error.facts.found})`)
    .join("; ");
}
