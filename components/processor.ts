import type { BreakWord } from "../stacks/breaks";

/** What a machine's processor is, where it is not the default one. */
export interface Processor {
  /** libvirt's name of a model; empty: the same as every other machine's. */
  readonly model: string;
  readonly withoutNx: boolean;
}

export const defaultProcessor: Processor = { model: "", withoutNx: false };

/** Target's, as the words of `break` want it. Emulation gives every machine the processor that it is asked for. */
export function brokenProcessor(words: readonly BreakWord[]): Processor {
  const [vendor, older] = [words.includes("cpu-vendor"), words.includes("cpu-model")];
  const intel = older ? "Conroe" : "Nehalem";
  return { model: vendor ? intel : older ? "Opteron_G2" : "", withoutNx: words.includes("nx") };
}
