import type { HostConnection } from "kvmlab-provider/host/host-connection";
import type { HostPool } from "kvmlab-provider/host/host-pool";
import { shellCommand } from "kvmlab-provider/host/shell-quote";
import type { LabOutputs } from "./access";

/** Where the name server is, and what each name ends in: `names by DNS: dnsmasq on nfs, lab.internal`. Empty where hosts files have the names. */
export function describeNames(names: LabOutputs["names"]): string {
  return names === undefined ? "" : `names by DNS: dnsmasq on ${names.server}, ${names.domain}`;
}

/** Whoever asks for the status wants it now. */
const askLimitMs = 9_000;

/** The same, and whether it runs as systemd there says: `active`. Its server's silence is told beside the server. */
export async function nameServerStatus(
  names: LabOutputs["names"],
  hosts: readonly HostConnection[],
  { pool, signal }: { readonly pool: Pick<HostPool, "run">; readonly signal: AbortSignal },
): Promise<string> {
  const host = hosts.find(({ name }) => name === names?.server);
  if (host === undefined) return describeNames(names);
  const told = pool
    .run(host, shellCommand(["systemctl", "is-active", names?.unit ?? "dnsmasq"]), {
      timeoutMs: askLimitMs,
      signal,
    })
    .then(
      ({ stdout }) => stdout.trim(),
      () => "not known",
    );
  return `${describeNames(names)} (${await told})`;
}
