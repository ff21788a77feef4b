import { LabError } from "../errors/lab-error";
import { hypervisorFolders } from "../machines/hypervisor";
import { refuseUnusableFolder, refuseWithoutRoot } from "../machines/hypervisor/preconditions";
import { readUnfinished } from "../machines/snapshots/journal";
import { readManifest } from "../machines/snapshots/manifest";
import { findSave, manifestOf } from "../machines/snapshots/stored-saves";
import { checkSettings } from "../stacks/settings";
import { exists } from "../toolchain/cache";
import type { Progress } from "../toolchain/progress";
import { ensurePulumi } from "../toolchain/pulumi";
import { backResult, backText } from "./back-text";
import { type BroughtBack, bringBack, type UsableSave, usableSave } from "./bring-back";
import { stackExists } from "./engine-stack";
import { removeEmptyLab, withLabLock } from "./lab-lock";
import { findStack, type LabStack } from "./lab-stack";
import { endLeftovers } from "./leftovers";
import { takeAsResetPoint } from "./reset-point";
import { type Step, showSteps } from "./show-steps";
import { Stages } from "./stages";
import { resolveUnfinishedWork } from "./unfinished-work";

export interface RestoreOptions {
  /** Ends a lab of the same stack, once the save was found whole and fitting. */
  readonly replace: boolean;
  readonly json: boolean;
}

/**
 * `./lab restore`: brings a saved lab back, running where it stopped.
 *
 * @throws LabError KVM-932 no such save, KVM-936 damaged, KVM-937 made for another machine, KVM-938 a lab of this stack is there,
 *   KVM-940 its machines do not go on
 */
export async function restore(name: string, { replace, json }: RestoreOptions): Promise<void> {
  refuseWithoutRoot();
  const folder = await findSave(name);
  const stack = await findStack(manifestOf(await readManifest(folder), `the save ${name}`).stack);
  refuseUnusableFolder(hypervisorFolders(stack.name).run);
  const command = `./lab restore ${name}`;
  const stages = new Stages();
  let save: UsableSave | undefined;
  let back: BroughtBack | undefined;
  const steps: readonly Step[] = [
    {
      title: `The save ${name}`,
      work: (progress) =>
        stages.run("save checked", async () => {
          await refuseOtherLab(stack, replace, name, progress);
          save = await usableSave(folder, `the save ${name}`, progress);
        }),
    },
    {
      title: `The lab ${stack.name}`,
      work: async (progress) => {
        if (save === undefined) return;
        back = await bringBack(stack, save, command, stages, progress);
        if (checkSettings(save.manifest.settings).resetPoint) await takeAsResetPoint(stack, folder);
      },
    },
  ];
  await withLabLock(stack, async () => {
    await endLeftovers(stack);
    await showSteps(steps);
  }).finally(() => removeEmptyLab(stack));
  if (save && back) tell(stack, save, back, stages, json);
}

/** A half-restored lab may be begun again; one that is whole may not be lost unasked, and one elsewhere not at all. */
async function refuseOtherLab(
  stack: LabStack,
  replace: boolean,
  save: string,
  progress: Progress,
): Promise<void> {
  const unfinished = await readUnfinished(stack.folder);
  if (unfinished?.work === "restore") return;
  await resolveUnfinishedWork(stack, progress);
  const { root } = hypervisorFolders(stack.name);
  const here = await exists(root);
  if (here && replace) return;
  const toolchain = await ensurePulumi(progress);
  const there = here || (await stackExists({ toolchain, stack }));
  if (!there) return;
  const replacing = here ? `; or ./lab restore ${save} --replace, which ends that lab` : "";
  throw new LabError({
    code: "KVM-938",
    expected: `no lab ${stack.name}, which the save ${save} is to become`,
    found: here ? "there is one" : "there is one on another hypervisor",
    fix: `./lab down ${stack.name}, then restore${replacing}`,
  });
}

function tell(
  stack: LabStack,
  { manifest }: UsableSave,
  back: BroughtBack,
  stages: Stages,
  json: boolean,
): void {
  if (json) console.log(JSON.stringify(backResult(stack, manifest, back, stages)));
  else console.log(backText(stack, manifest, back, stages));
}
