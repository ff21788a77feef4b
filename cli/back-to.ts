import type { LabManifest } from "../machines/snapshots/manifest";
import { type BroughtBack, bringBack, type UsableSave, usableSave } from "./bring-back";
import { removeEmptyLab, withLabLock } from "./lab-lock";
import type { LabStack } from "./lab-stack";
import { endLeftovers } from "./leftovers";
import { type Step, showSteps } from "./show-steps";
import type { Stages } from "./stages";

/** A state of a lab that the lab itself keeps. */
export interface KeptState {
  readonly folder: string;
  /** What it is called in messages. */
  readonly what: string;
  /** The command that brings it back. */
  readonly command: string;
}

/**
 * The lab as it was when a state of it was kept, whatever was done since.
 *
 * @throws LabError KVM-936, KVM-937 and KVM-940 as by `./lab restore`
 */
export async function backTo(
  stack: LabStack,
  { folder, what, command }: KeptState,
  stages: Stages,
): Promise<{ readonly manifest: LabManifest; readonly back: BroughtBack }> {
  let save: UsableSave | undefined;
  let back: BroughtBack | undefined;
  const steps: readonly Step[] = [
    {
      title: `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`,
      work: (progress) =>
        stages.run("kept state checked", async () => {
          save = await usableSave(folder, what, progress);
        }),
    },
    {
      title: `The lab ${stack.name}`,
      work: async (progress) => {
        if (save) back = await bringBack(stack, save, command, stages, progress);
      },
    },
  ];
  await withLabLock(stack, async () => {
    await endLeftovers(stack);
    await showSteps(steps);
  }).finally(() => removeEmptyLab(stack));
  if (!save || !back) throw new Error("a step that did not throw did not come to its end");
  return { manifest: save.manifest, back };
}
