import { randomBytes } from "node:crypto";
import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import { sectionsOf } from "../host/sections";
import { type PortFacts, parsePorts, refusedPort } from "./facts/reach-facts";
import type { InspectionContext } from "./inspect-host";
import { tryPorts } from "./inspection-scripts";

/** What answers within this time answers a migration, too. */
const answerMs = 8_000;
/** For the script, where starting its processes takes time. */
const scriptMs = 45_000;

/**
 * Tries whether the source comes through to ports of the target. The source's sshd connects there itself: no process is started for it. Where
 * it may not (AllowTcpForwarding), a script tries.
 */
export async function portsFrom(
  source: HostConnection,
  target: string,
  ports: readonly number[],
  context: InspectionContext,
): Promise<readonly PortFacts[]> {
  const tried = await Promise.all(ports.map((port) => portFrom(source, target, port, context)));
  const known = tried.filter((one) => one !== undefined);
  if (known.length === ports.length) return known;
  const token = randomBytes(6).toString("hex");
  const options = { timeoutMs: scriptMs, signal: context.signal };
  const words = [token, target, ...ports.map(String)];
  const { stdout } = await context.pool.script(source, tryPorts, words, options);
  return parsePorts(sectionsOf(token, stdout).get("ports"));
}

/** SSH's word (RFC 4254, 5.1) for a connection that was tried and did not come about; any other says that it was not tried. */
const connectFailed = 2;

/** Undefined where sshd does not even try. */
async function portFrom(
  source: HostConnection,
  target: string,
  port: number,
  { pool, signal }: InspectionContext,
): Promise<PortFacts | undefined> {
  try {
    (await pool.openTcp(source, target, port, { timeoutMs: answerMs, signal })).destroy();
    return { port, answer: "open", message: "open" };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.facts.found.startsWith("no answer")) return refusedPort(port, "no answer");
    const reason = reasonIn(error.cause);
    if (reason === undefined) throw error;
    return reason === connectFailed ? refusedPort(port, error.facts.found.replace(/^.*: /, "")) : undefined;
  }
}

function reasonIn(cause: unknown): number | undefined {
  const reason = cause instanceof Error && "reason" in cause ? cause.reason : undefined;
  return typeof reason === "number" ? reason : undefined;
}
