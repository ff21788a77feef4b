import type { KeptMove } from "./kept-move";

/** A kept move with its samples, where they are still there. */
export interface ShownMove {
  readonly name: string;
  readonly move: KeptMove;
  readonly samples: string | undefined;
}
