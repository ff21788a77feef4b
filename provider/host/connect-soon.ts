import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { untilBooted } from "./until-it-answers";

/** An emulated host under load takes some seconds for a login; one that takes longer is not there. */
const answerLimitMs = 25_000;

/** The connection to a host, or KVM-401 when there is none in time: whoever looks waits for no host that is gone, only for one that was just started. */
export async function connectSoon(
  pool: Pick<HostPool, "connect" | "run">,
  host: HostConnection,
  signal: AbortSignal,
): Promise<void> {
  await untilBooted(pool, host, signal);
  const soon = AbortSignal.timeout(answerLimitMs);
  try {
    await pool.connect(host, AbortSignal.any([signal, soon]));
  } catch (error) {
    signal.throwIfAborted();
    if (!soon.aborted || error instanceof ProviderError) throw error;
    throw new ProviderError({
      code: "KVM-401",
      host: host.name,
      expected: `SSH to answer on ${host.address}${host.port === undefined ? "" : ` port ${host.port}`}`,
      found: `no answer in ${answerLimitMs / 1000} s`,
      fix: `start the host if it has no power; "${sshCommand(host)} true" must work from here; then run the same command again`,
    });
  }
}

function sshCommand({ address, port, user }: HostConnection): string {
  const words = ["ssh", ...(port === undefined ? [] : ["-p", String(port)])];
  return [...words, user === undefined ? address : `${user}@${address}`].join(" ");
}
