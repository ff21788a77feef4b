import { type ErrorFacts, KvmError } from "kvmlab-provider/errors/kvm-error";
import type { ErrorCode } from "./catalog";

export type LabErrorFacts = ErrorFacts<ErrorCode>;
export type LabError = KvmError<ErrorCode>;

/** The class of all coded errors, with all codes of the lab: an error of the provider is an instance, too. */
export const LabError: new (facts: LabErrorFacts) => LabError = KvmError;
