import type { ErrorCode } from "./catalog";
import { type ErrorFacts, KvmError } from "./kvm-error";

export type ProviderErrorFacts = ErrorFacts<ErrorCode>;
export type ProviderError = KvmError<ErrorCode>;

/** The class of all coded errors, with the provider's codes. */
export const ProviderError: new (facts: ProviderErrorFacts) => ProviderError = KvmError;
