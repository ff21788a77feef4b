import type { DomainOnHost } from "../host/domain-on-host";
import type { ProbeDisk, ProbeStatus } from "../host/probe";
import type { Proof } from "../sdk/migration";

/** Everything that was seen before and after a move. The proofs are judged on it alone. */
export interface Evidence {
  readonly guest: string;
  readonly before: { readonly source: DomainOnHost; readonly probe: ProbeStatus | undefined };
  readonly after: {
    readonly source: DomainOnHost;
    readonly target: DomainOnHost;
    readonly probe: ProbeStatus | undefined;
    readonly disk: ProbeDisk | undefined;
    /** Whether the connection that was opened before the move brought the answer. */
    readonly sameConnection: boolean;
  };
  /** Why there is no probe's answer, where there is none. */
  readonly noProbe: string | undefined;
}

export type Judge = (evidence: Evidence) => Proof;

/** A verdict on what was seen. */
export function verdict(name: string, holds: boolean, facts: string): Proof {
  return { name, verdict: holds ? "proved" : "failed", facts };
}

/** Nothing was there to look at: that is said, and never counted as proved. */
export function unproved(name: string, evidence: Evidence): Proof {
  return { name, verdict: "unproved", facts: evidence.noProbe ?? "the probe did not answer" };
}
