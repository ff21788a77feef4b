/** How a move is asked for, as `virsh migrate` names it. */
export interface MoveOptions {
  readonly live: boolean;
  readonly postcopy: boolean;
  readonly persistent: boolean;
  readonly undefineSource: boolean;
  readonly peerToPeer: boolean;
  readonly newName?: string | undefined;
  /** How many ms it takes until nothing is left to copy, and how many more after a switch to post-copy. */
  readonly copyMs?: number | undefined;
}
