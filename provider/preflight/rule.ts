import type { ErrorCode } from "../errors/catalog";
import { ProviderError, type ProviderErrorFacts } from "../errors/provider-error";
import type { GuestDefinition } from "./facts/guest-definition";
import type { MoveFacts } from "./facts/move-facts";

/** One thing that must be so before a move. It evaluates what was gathered, and looks at nothing itself. */
export interface Rule {
  /** A stable word: `shared-storage`. */
  readonly name: string;
  readonly code: ErrorCode;
  evaluate(facts: MoveFacts): Finding;
}

/** What a rule says. */
export type Finding =
  | { readonly verdict: "pass"; readonly found: string }
  /** Nothing was there to look at; `found` says why. Another rule speaks about that. */
  | { readonly verdict: "skipped"; readonly found: string }
  | { readonly verdict: "fail"; readonly error: ProviderError };

export function pass(found: string): Finding {
  return { verdict: "pass", found };
}

export function skipped(found: string): Finding {
  return { verdict: "skipped", found };
}

/** What is against it, under the rule's own code. */
export type Objection = Omit<ProviderErrorFacts, "code">;

/** Makes a rule of an evaluation that says what passes, or objects. */
export function rule(
  name: string,
  code: ErrorCode,
  evaluate: (facts: MoveFacts) => Objection | Finding,
): Rule {
  return {
    name,
    code,
    evaluate(facts) {
      const evaluation = evaluate(facts);
      if ("verdict" in evaluation) return evaluation;
      return { verdict: "fail", error: new ProviderError({ code, ...evaluation }) };
    },
  };
}

/** A rule about the guest's definition, which is skipped where the source has no such guest (KVM-604 says so). */
export function ruleOnGuest(
  name: string,
  code: ErrorCode,
  evaluate: (definition: GuestDefinition, facts: MoveFacts) => Objection | Finding,
): Rule {
  return rule(name, code, (facts) => {
    const { definition } = facts.onSource;
    if (definition === undefined) return skipped(`no definition of ${facts.guest} on ${facts.source.host}`);
    return evaluate(definition, facts);
  });
}
