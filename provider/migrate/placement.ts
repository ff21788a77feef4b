import type { MigrationInputs } from "../resources/inputs";
import type { Figure, Measurement } from "../sdk/measurement";
import type { LastMove } from "../sdk/migration";

/** What of a Migration's inputs a move needs, and the host that it goes to. */
export type PlacementInputs = Omit<MigrationInputs, "onDelete" | "to"> & {
  readonly to: string;
  /** Its UUID, where that is known beforehand: then virsh is asked for it by nothing else, and `guest` is its name for people. */
  readonly uuid?: string | undefined;
};

/** Where a guest is, and how its last move went. */
export type Placement = LastMove & {
  readonly runningOn: string;
  /** Where this resource found the guest first: `onDelete: return` brings it back there. */
  readonly origin: string;
  /** What the guest is called where it runs. */
  readonly guestName: string;
  /** By it the guest is known, whatever it is called; a state of an earlier version has none. */
  readonly guestUuid?: string | undefined;
  readonly moved: boolean;
  /** What of a move is not at its end, as a refresh found it: then there is something to do although the guest is where it should be. */
  readonly unfinished?: string | undefined;
  readonly from: string;
  readonly measurement: Figure<Measurement>;
};

/** The last move of a guest that was not moved yet. */
export const noMove = {
  moved: false,
  from: "",
  totalTimeMs: 0,
  jobTimeMs: 0,
  downtimeMs: 0,
  dataMovedMiB: 0,
  proofs: [],
  waived: [],
  command: "",
  migratedAt: "",
  measurement: { missing: "nothing was moved" },
};
