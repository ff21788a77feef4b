import type { Chance } from "./chance";

/** What a move leaves to chance, drawn when it begins. Times in ms. */
export interface MoveChances {
  /** How long it takes until nothing is left to copy. */
  readonly copyMs: number;
  /** From virsh's start until the target has a copy to fill. */
  readonly connectMs: number;
  /** How long the connection that controls it lives without an answer. */
  readonly controlLimitMs: number;
  /** How long the connection between both QEMUs does. */
  readonly dataLimitMs: number;
  /** Whether libvirt goes on by itself when QEMU has finished what nobody is in control of any more (8.5 does, not always). */
  readonly noticesEnd: boolean;
  /** Whether the source's job counts as failed when the post-copy broke, or as one that goes on for ever: both are seen. */
  readonly forgetsJob: boolean;
}

export function drawMove(chance: Chance, copyMs: number | undefined): MoveChances {
  return {
    copyMs: copyMs ?? chance.between(2_000, 30_000),
    connectMs: chance.between(500, 2_500),
    controlLimitMs: chance.between(28_000, 36_000),
    dataLimitMs: chance.between(50_000, 150_000),
    noticesEnd: chance.happens(0.5),
    forgetsJob: chance.happens(0.5),
  };
}
