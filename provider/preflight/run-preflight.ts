import { evaluate, type Verdicts } from "./evaluate";
import type { MoveFacts } from "./facts/move-facts";
import { gather, type PreflightQuestion } from "./gather";
import type { InspectionContext } from "./inspect-host";

export interface PreflightContext extends InspectionContext {
  /** Codes whose rules are not listened to, where that is safe. Default: none. */
  readonly waive?: readonly string[];
}

export interface PreflightResult extends Verdicts {
  readonly facts: MoveFacts;
  /** With the looks at both hosts. */
  readonly tookMs: number;
}

/**
 * Looks at everything that a move needs, and says all that speaks against it. Throws nothing because of what it finds: see
 * PreflightFailed.
 *
 * @throws ProviderError KVM-401 to KVM-407 when a host cannot be reached, KVM-610 when its libvirt does not answer
 */
export async function runPreflight(
  question: PreflightQuestion,
  context: PreflightContext,
): Promise<PreflightResult> {
  const started = Math.min(question.source.inspection.askedAtMs, question.target.inspection.askedAtMs);
  const facts = await gather(question, context);
  const verdicts = evaluate(facts, context.waive);
  return { ...verdicts, facts, tookMs: Math.round(performance.now() - started) };
}
