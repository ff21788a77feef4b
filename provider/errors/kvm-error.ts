/** The facts of one failure. Every error that a user can meet carries all of them. */
export interface ErrorFacts<Code extends string> {
  readonly code: Code;
  /** What should have been the case. */
  readonly expected: string;
  /** What was the case instead, as it was observed. */
  readonly found: string;
  /** The command or change that fixes it. */
  readonly fix: string;
  /** Where it was observed: a host's name; "this machine" when left out. */
  readonly host?: string;
  readonly cause?: unknown;
}

/** An error for its reader: what was expected, what was found, where, and how to fix it, under a stable code. */
export class KvmError<Code extends string> extends Error {
  readonly facts: ErrorFacts<Code>;
  /** By this Pulumi knows an error that is for its reader: it prints the message alone, without a stack. */
  readonly __pulumiRunError = true;

  constructor(facts: ErrorFacts<Code>) {
    super(describe(facts), { cause: facts.cause });
    this.name = "KvmError";
    this.facts = facts;
  }
}

function describe(facts: ErrorFacts<string>): string {
  return [
    `${facts.code} on ${facts.host ?? "this machine"}`,
    `  expected: ${facts.expected}`,
    `  found:    ${facts.found}`,
    `  fix:      ${facts.fix}`,
  ].join("\n");
}
