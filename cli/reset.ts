import { LabError } from "../errors/lab-error";
import { refuseWithoutRoot } from "../machines/hypervisor/preconditions";
import { resetPointFolder } from "../machines/snapshots/lab-places";
import { exists } from "../toolchain/cache";
import { backResult, backText } from "./back-text";
import { type BroughtBack, bringBack, type UsableSave, usableSave } from "./bring-back";
import { removeEmptyLab, withLabLock } from "./lab-lock";
import { findStack, type LabStack } from "./lab-stack";
import { endLeftovers } from "./leftovers";
import { type Step, showSteps } from "./show-steps";
import { Stages } from "./stages";

/**
 * `./lab reset`: the lab as it was right after it was built, or restored. Whatever was done in it since is gone.
 *
 * @throws LabError KVM-941 when there is no such state, KVM-936, KVM-937 and KVM-940 as by `./lab restore`
 */
export async function reset(name: string, { json }: { readonly json: boolean }): Promise<void> {
  refuseWithoutRoot();
  const stack = await findStack(name);
  const stages = new Stages();
  let save: UsableSave | undefined;
  let back: BroughtBack | undefined;
  const steps: readonly Step[] = [
    {
      title: "The reset point",
      work: (progress) =>
        stages.run("reset point checked", async () => {
          save = await usableSave(await resetPoint(stack), `the reset point of ${name}`, progress);
        }),
    },
    {
      title: `The lab ${name}`,
      work: async (progress) => {
        if (save) back = await bringBack(stack, save, `./lab reset ${name}`, stages, progress);
      },
    },
  ];
  await withLabLock(stack, async () => {
    await endLeftovers(stack);
    await showSteps(steps);
  }).finally(() => removeEmptyLab(stack));
  if (!save || !back) return;
  const { manifest } = save;
  console.log(
    json
      ? JSON.stringify(backResult(stack, manifest, back, stages))
      : backText(stack, manifest, back, stages),
  );
}

async function resetPoint(stack: LabStack): Promise<string> {
  const folder = resetPointFolder(stack.folder);
  if (await exists(folder)) return folder;
  throw new LabError({
    code: "KVM-941",
    expected: `a lab ${stack.name} whose state was kept when it was built`,
    found: (await exists(stack.configFile)) ? "none was kept" : "there is no such lab",
    fix: `./lab down ${stack.name}, then ./lab up ${stack.name}; resetPoint: true keeps it`,
  });
}
