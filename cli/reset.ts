import { LabError } from "../errors/lab-error";
import { refuseWithoutRoot } from "../machines/hypervisor/preconditions";
import { resetPointFolder } from "../machines/snapshots/lab-places";
import { exists } from "../toolchain/cache";
import { backResult, backText } from "./back-text";
import { backTo, type KeptState } from "./back-to";
import { findStack, type LabStack } from "./lab-stack";
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
  const { manifest, back } = await backTo(stack, await resetPoint(stack), stages);
  console.log(
    json
      ? JSON.stringify(backResult(stack, manifest, back, stages))
      : backText(stack, manifest, back, stages),
  );
}

/** @throws LabError KVM-941 when none was kept */
export async function resetPoint(stack: LabStack): Promise<KeptState> {
  const folder = resetPointFolder(stack.folder);
  if (await exists(folder))
    return { folder, what: `the reset point of ${stack.name}`, command: `./lab reset ${stack.name}` };
  throw new LabError({
    code: "KVM-941",
    expected: `a lab ${stack.name} whose state was kept when it was built`,
    found: (await exists(stack.configFile)) ? "none was kept" : "there is no such lab",
    fix: `./lab down ${stack.name}, then ./lab up ${stack.name}; resetPoint: true keeps it`,
  });
}
