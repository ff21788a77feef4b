import type { ErrorCode } from "../errors/catalog";
import { ProviderError } from "../errors/provider-error";

/** Another key, a refused login, a key or agent that is no use, a setting of sshd, no root's rights. */
const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(["KVM-402", "KVM-403", "KVM-406"] as const),
  ...(["KVM-410", "KVM-411", "KVM-412", "KVM-413", "KVM-414"] as const),
]);

/** Whether a host refuses us for what no waiting changes. */
export function isLastingRefusal(error: unknown): error is ProviderError {
  return error instanceof ProviderError && lasting.has(error.facts.code);
}
