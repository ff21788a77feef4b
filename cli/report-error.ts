import { styleText } from "node:util";
import type { ErrorCode } from "../errors/catalog";
import { withLabAdvice } from "../errors/lab-advice";
import { LabError } from "../errors/lab-error";

/** How a command ended, for scripts. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notThere: 3,
  leftToTheHosts: 4,
  cancelled: 130,
} as const;

const codesOfErrors: Partial<Record<ErrorCode, number>> = {
  "KVM-902": exitCodes.usage,
  "KVM-906": exitCodes.usage,
  "KVM-911": exitCodes.usage,
  "KVM-913": exitCodes.usage,
  "KVM-914": exitCodes.usage,
  "KVM-916": exitCodes.usage,
  "KVM-917": exitCodes.usage,
  "KVM-918": exitCodes.usage,
  "KVM-925": exitCodes.usage,
  "KVM-930": exitCodes.usage,
  "KVM-932": exitCodes.usage,
  "KVM-951": exitCodes.usage,
  "KVM-952": exitCodes.notThere,
  "KVM-958": exitCodes.usage,
  "KVM-982": exitCodes.usage,
  "KVM-984": exitCodes.usage,
  "KVM-904": exitCodes.cancelled,
  "KVM-905": exitCodes.notThere,
  "KVM-643": exitCodes.leftToTheHosts,
};

/** Tells a person what went wrong, and gives the exit code that says it to a script. */
export function reportError(error: unknown): number {
  const debug = process.env.KVMLAB_DEBUG === "1";
  if (error instanceof LabError) {
    console.error(coloured(withLabAdvice(error.message), process.stderr));
    if (debug) console.error(error.facts.cause ?? error.stack);
    return codesOfErrors[error.facts.code] ?? exitCodes.failed;
  }
  const text = error instanceof Error ? error.message : String(error);
  console.error(
    debug && error instanceof Error ? error.stack : `Unexpected error, a fault of the lab: ${text}`,
  );
  if (!debug) console.error("  KVMLAB_DEBUG=1 shows where it comes from");
  return exitCodes.failed;
}

/** `./lab check` has exit codes of its own, where 2 is no error: everything but a verdict is 3. */
const checkUsage = 3;

/** How a command ends that was called in a wrong way. */
export function usageCodeOf(verb: string | undefined): number {
  return verb === "check" ? checkUsage : exitCodes.usage;
}

/** The exit code of `./lab check`, whatever kept it from a verdict told. */
export async function asCheckUsage(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    reportError(error);
    return checkUsage;
  }
}

/** The four facts of an error with the code and the way out in colour, where `stream` is a terminal that has any. */
export function coloured(text: string, stream: NodeJS.WriteStream): string {
  const style = (format: Parameters<typeof styleText>[0], part: string) =>
    stream.isTTY && !process.env.NO_COLOR ? styleText(format, part) : part;
  return text
    .replace(/^KVM-\d{3} on .*$/gm, (line) => style(["bold", "red"], line))
    .replace(/^ {2}(?:fix|lab): {5}.*$/gm, (line) => style(["green"], line));
}
