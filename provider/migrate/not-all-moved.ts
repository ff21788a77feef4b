import { ProviderError } from "../errors/provider-error";
import { PreflightFailed } from "../preflight/preflight-failed";

/** Why a guest did not move, or not as it should. */
export interface Failure {
  /** One guest's name, or several for which the same is true. */
  readonly guest: string;
  /** Of the one guest. */
  readonly uuid?: string;
  readonly error: unknown;
}

/** All that went wrong with the moves of many guests, in one error: each guest with its own code, and what fixes it. */
export function notAllMoved(host: string, expected: string, failures: readonly Failure[]): ProviderError {
  const lines = failures.flatMap(({ guest, error }) =>
    messageLines(error).map((line) => `\n    ${guest}: ${line}`),
  );
  return new ProviderError({
    code: "KVM-618",
    host,
    expected,
    found: lines.join(""),
    fix: "fix what is said of each guest, then run the same command again: it goes on with those that are left",
    cause: failures[0]?.error,
  });
}

/** What an error says, in one line each. */
function messageLines(error: unknown): string[] {
  if (error instanceof PreflightFailed) return error.failures.flatMap(messageLines);
  if (!(error instanceof ProviderError)) return [error instanceof Error ? error.message : String(error)];
  const { code, host, found, fix } = error.facts;
  return [`${code} on ${host ?? "this machine"}: ${found}; fix: ${fix}`];
}
