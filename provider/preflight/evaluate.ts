import type { ErrorCode } from "../errors/catalog";
import type { ProviderError } from "../errors/provider-error";
import type { MoveFacts } from "./facts/move-facts";
import { rules } from "./index";
import { waivable } from "./waivers";

/** One rule's verdict, as people and programs read it. */
export interface Evaluation {
  readonly rule: string;
  readonly code: ErrorCode;
  readonly verdict: "pass" | "skipped" | "fail" | "waived";
  /** What was seen, and where. */
  readonly found: string;
  /** What fixes it; empty where nothing is wrong. */
  readonly fix: string;
}

/** A rule that spoke against the move, and was not listened to. */
export interface Waived {
  readonly code: ErrorCode;
  readonly found: string;
}

export interface Verdicts {
  /** Every rule's, in the order of the list. */
  readonly evaluations: readonly Evaluation[];
  readonly failures: readonly ProviderError[];
  /** The waivers that took effect. */
  readonly waived: readonly Waived[];
}

/** Evaluates every rule. A waiver counts only where the code may be waived, whoever asked for it. */
export function evaluate(facts: MoveFacts, waive: readonly string[] = []): Verdicts {
  const evaluations: Evaluation[] = [];
  const failures: ProviderError[] = [];
  const waived: Waived[] = [];
  for (const { name, code, evaluate: evaluateOne } of rules) {
    const finding = evaluateOne(facts);
    if (finding.verdict !== "fail") {
      evaluations.push({ rule: name, code, verdict: finding.verdict, found: finding.found, fix: "" });
      continue;
    }
    const { host, found, fix } = finding.error.facts;
    const heeded = !(waive.includes(code) && waivable.has(code));
    if (heeded) failures.push(finding.error);
    else waived.push({ code, found });
    const place = host === undefined ? found : `${host}: ${found}`;
    evaluations.push({ rule: name, code, verdict: heeded ? "fail" : "waived", found: place, fix });
  }
  return { evaluations, failures, waived };
}
