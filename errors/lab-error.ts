import type { ErrorCode } from "./catalog";

/** The facts of one failure. Every error that a user can meet carries all of them. */
export interface LabErrorFacts {
  readonly code: ErrorCode;
  /** What should have been the case. */
  readonly expected: string;
  /** What was the case instead, as it was seen. */
  readonly found: string;
  /** The command or change that fixes it. */
  readonly fix: string;
  /** Where it was seen: a host's name; "this machine" when left out. */
  readonly host?: string;
  readonly cause?: unknown;
}

/** An error as the lab reports it: what was expected, what was found, where, and how to fix it, under a stable code. */
export class LabError extends Error {
  readonly facts: LabErrorFacts;
  /** By this Pulumi knows an error that is for its reader: it prints the message alone, without a stack. */
  readonly __pulumiRunError = true;

  constructor(facts: LabErrorFacts) {
    super(describe(facts), { cause: facts.cause });
    this.name = "LabError";
    this.facts = facts;
  }
}

function describe(facts: LabErrorFacts): string {
  return [
    `${facts.code} on ${facts.host ?? "this machine"}`,
    `  expected: ${facts.expected}`,
    `  found:    ${facts.found}`,
    `  fix:      ${facts.fix}`,
  ].join("\n");
}
