import type { KeptMove } from "./kept-move";

/** A kept move by its name. */
export interface NamedMove {
  readonly name: string;
  readonly move: KeptMove;
}

/** With its samples, where they are still there. */
export interface ShownMove extends NamedMove {
  readonly samples: string | undefined;
}
