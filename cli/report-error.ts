import { LabError } from "../errors/lab-error";

/** How a command ended, for scripts. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notThere: 3, cancelled: 130 } as const;

/** Tells a person what went wrong, and the exit code that says it to a script. */
export function reportError(error: unknown): number {
  const debug = process.env.KVMLAB_DEBUG === "1";
  if (!(error instanceof LabError)) {
    console.error(error instanceof Error ? (debug ? error.stack : error.message) : error);
    return exitCodes.failed;
  }
  console.error(error.message);
  if (debug && error.cause) console.error(error.cause);
  if (error.facts.code === "KVM-904") return exitCodes.cancelled;
  if (error.facts.code === "KVM-902" || error.facts.code === "KVM-906") return exitCodes.usage;
  return error.facts.code === "KVM-905" ? exitCodes.notThere : exitCodes.failed;
}
