import type { ProviderError } from "../errors/provider-error";

/** Everything that speaks against a move, at once: each with its code, what was found, and what fixes it. */
export class PreflightFailed extends Error {
  /** By this Pulumi knows an error that is for its reader: it prints the message alone, without a stack. */
  readonly __pulumiRunError = true;

  constructor(readonly failures: readonly ProviderError[]) {
    super(failures.map(({ message }) => message).join("\n"));
    this.name = "PreflightFailed";
  }
}

/**
 * Lets a move go on that nothing speaks against.
 *
 * @throws ProviderError the one thing that does; PreflightFailed several
 */
export function refuseIfAny(failures: readonly ProviderError[]): void {
  const [first, ...more] = failures;
  if (first === undefined) return;
  throw more.length === 0 ? first : new PreflightFailed(failures);
}
