import type { HostConnection } from "../provider/host/host-connection";
import type { HostPool } from "../provider/host/host-pool";

const limitMs = 30_000;

/**
 * Ends the hosts' connections to each other. The resource's stays for some seconds (inspection-scripts.ts): whichever move came
 * next the same way would be spared its key exchange.
 */
export async function freshSsh(
  pool: HostPool,
  { source, target }: Readonly<Record<"source" | "target", HostConnection>>,
): Promise<void> {
  const end = (host: HostConnection, other: HostConnection) =>
    pool.run(host, `ssh -O exit ${other.name} 2> /dev/null || true`, {
      timeoutMs: limitMs,
      signal: AbortSignal.timeout(limitMs),
    });
  await Promise.all([end(source, target), end(target, source)]);
}
