import type { MigrationOptions } from "../../migrate/options";
import type { CpuComparison } from "./cpu-comparison";
import type { GuestDefinition } from "./guest-definition";
import type { HostFacts } from "./host-facts";
import type { ReachFacts } from "./reach-facts";
import type { StorageFacts } from "./storage-facts";

/** The guest as the source has it. */
export interface GuestFacts {
  /** libvirt's words: `running`, `paused` …; empty when the source has none of that name. */
  readonly state: string;
  readonly reason: string;
  /** libvirt's word for the job that it does on the guest right now. */
  readonly runningJob: string | undefined;
  /** The live one. Undefined when the source has none of that name. */
  readonly definition: GuestDefinition | undefined;
  /** As libvirt keeps it for the next start; undefined for a guest that is not kept. */
  readonly inactive: GuestDefinition | undefined;
  /** By their names. */
  readonly snapshots: readonly string[];
  readonly checkpoints: readonly string[];
}

/** What libvirt does on a disk of the guest right now. */
export interface BlockJob {
  /** What the guest calls the disk. */
  readonly disk: string;
  readonly words: string;
}

/** A move that is about to be made, and everything that was seen of it. The rules evaluate this alone. */
export interface MoveFacts {
  /** Its name or its UUID, as it was given. */
  readonly guest: string;
  /** What it should be called on the target; undefined: as on the source. */
  readonly newName?: string | undefined;
  /** How it should be moved. */
  readonly mode: MigrationOptions["mode"];
  /** Whether the move copies the disks too, so that they need not be on storage that both hosts share. */
  readonly copiesStorage: boolean;
  readonly onSource: GuestFacts;
  readonly onTarget: Pick<GuestFacts, "state">;
  readonly blockJobs: readonly BlockJob[];
  readonly source: HostFacts;
  readonly target: HostFacts;
  readonly reach: ReachFacts;
  /** Where the name leads to from the source that the target's libvirt gives itself. */
  readonly migrationNameResolvesTo: readonly string[];
  readonly storage: StorageFacts;
  /** libvirt's comparison of the guest's processor with the target's; undefined where there is none to be had. */
  readonly cpuComparison: CpuComparison | undefined;
}

/** What the guest will be called on the target. */
export function nameOnTarget({ guest, newName, onSource }: MoveFacts): string {
  return newName ?? onSource.definition?.name ?? guest;
}
