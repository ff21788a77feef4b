import type { DomainOnHost } from "../host/domain-on-host";
import type { ProbeDisk, ProbeMemory, ProbeStatus } from "../host/probe";
import type { Proof } from "../sdk/migration";

/** What the guest said of itself at one time. */
export interface Testimony {
  readonly probe: ProbeStatus | undefined;
  readonly disk: ProbeDisk | undefined;
  readonly memory: ProbeMemory | undefined;
}

/** Everything that was seen before and after a move. The proofs are judged on it alone. */
export interface Evidence {
  readonly guest: string;
  /** How the guest was before, and so shall be. Default: it runs. */
  readonly expected?: "running" | "paused" | "off";
  /** What was not asked for cannot fail. Default: all of it was. */
  readonly asked?: {
    readonly persistent: boolean;
    readonly undefineSource: boolean;
    /** What it shall be called on the target; undefined: as on the source. */
    readonly newName?: string | undefined;
  };
  readonly before: Testimony & { readonly source: DomainOnHost };
  readonly after: Testimony & {
    readonly source: DomainOnHost;
    readonly target: DomainOnHost;
    /** All hosts that the guest may be on, source and target among them. */
    readonly hosts: readonly DomainOnHost[];
    /**
     * What became of the connection that was opened before the move: it brought the answer, or it did not, or the way to the
     * guest itself was cut (the observer's SSH), which says nothing about the guest.
     */
    readonly connection: "kept" | "lost" | "way-cut";
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

/** It was asked for otherwise. */
export function notAsked(name: string, option: string): Proof {
  return { name, verdict: "unproved", facts: `not asked for (${option}: false)` };
}
