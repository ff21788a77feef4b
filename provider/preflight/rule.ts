import type { LabError } from "../../errors/lab-error";
import type { DomainOnHost } from "../host/domain-on-host";
import type { MigrationOptions } from "../migrate/options";

/** A move that is about to be made, and what was seen of it. The rules judge on this alone. */
export interface PlannedMove {
  readonly guest: string;
  /** The host that runs the guest. */
  readonly source: DomainOnHost;
  /** The host that it shall move to. */
  readonly target: DomainOnHost;
  /** How it shall be moved. */
  readonly mode: MigrationOptions["mode"];
}

/** One thing that must be so before a move: undefined when it is, else what is wrong and how to mend it. */
export type Rule = (move: PlannedMove) => LabError | undefined;
