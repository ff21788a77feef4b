import type { DomainOnHost } from "../host/domain-on-host";
import type { ProbeDisk, ProbeMemory, ProbeStatus } from "../host/probe";
import { type Figure, isMissing } from "../sdk/measurement";
import type { Proof } from "../sdk/migration";
import type { AgentObservation } from "./agent-observation";

/** What the guest said of itself at one time. */
export interface GuestObservation {
  readonly probe: ProbeStatus | undefined;
  readonly disk: ProbeDisk | undefined;
  readonly memory: ProbeMemory | undefined;
  /** What its QEMU guest agent said, where its probe said nothing. */
  readonly agent?: AgentObservation | undefined;
}

/** Everything that was seen before and after a move. The proofs are evaluated from it alone. */
export interface Evidence {
  readonly guest: string;
  /** How the guest was before, and so should be. Default: it runs. */
  readonly expected?: "running" | "paused" | "off";
  /** What was not asked for cannot fail. Default: all of it was. */
  readonly asked?: {
    readonly persistent: boolean;
    readonly undefineSource: boolean;
    /** What it should be called on the target; undefined: as on the source. */
    readonly newName?: string | undefined;
  };
  readonly before: GuestObservation & {
    /** Undefined where the source did not answer. */
    readonly source: DomainOnHost | undefined;
    /** Whether it started with the source; undefined where no host told. */
    readonly autostart?: boolean | undefined;
  };
  readonly after: GuestObservation & {
    readonly source: DomainOnHost | undefined;
    readonly target: DomainOnHost;
    /** All hosts that the guest may be on and that answered, the target among them. */
    readonly hosts: readonly DomainOnHost[];
    /** Names of hosts that did not answer: what they have is not known. */
    readonly silent?: readonly string[];
    /**
     * What became of the connection that was opened before the move: it brought the answer, or it did not, or the way to the
     * guest itself was cut (the observer's SSH), which says nothing about the guest.
     */
    readonly connection: "kept" | "lost" | "way-cut";
  };
  /** Why there is no probe's answer, where there is none. */
  readonly noProbe: string | undefined;
  /** Why there is no agent's, where the probe says nothing. */
  readonly noAgent?: string | undefined;
}

export type ProofCheck = (evidence: Evidence) => Proof;

/** A verdict on what was seen. */
export function verdict(name: string, holds: boolean, facts: string): Proof {
  return { name, verdict: holds ? "proved" : "failed", facts };
}

/** Nothing was there to look at: that is said, and never counted as proved. */
export function unproved(name: string, evidence: Evidence): Proof {
  return { name, verdict: "unproved", facts: evidence.noProbe ?? "the probe did not answer" };
}

/** Something was there to look at, and does not say it. */
export function cannotTell(name: string, facts: string): Proof {
  return { name, verdict: "unproved", facts };
}

/** Evaluates on what the agent said before and after; unproved where it did not, with the reasons of both witnesses. */
export function byAgent<T>(
  name: string,
  evidence: Evidence,
  fact: (observation: AgentObservation) => Figure<T>,
  evaluate: (before: T, after: T) => Proof,
): Proof {
  const [before, after] = [evidence.before.agent, evidence.after.agent];
  const { noAgent } = evidence;
  if (before === undefined || after === undefined) {
    const { facts } = unproved(name, evidence);
    return cannotTell(name, noAgent === undefined ? facts : `${facts}; ${noAgent}`);
  }
  const [was, is] = [fact(before), fact(after)];
  if (isMissing(was)) return cannotTell(name, `the guest agent does not tell: ${was.missing}`);
  if (isMissing(is)) return cannotTell(name, `the guest agent does not tell after the move: ${is.missing}`);
  return evaluate(was, is);
}

/** It was asked for otherwise. */
export function notAsked(name: string, option: string): Proof {
  return { name, verdict: "unproved", facts: `not asked for (${option}: false)` };
}
