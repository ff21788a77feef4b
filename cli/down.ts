import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { findHypervisor, hypervisorFolders, stopHypervisor } from "../machines/hypervisor";
import { exists } from "../toolchain/cache";
import type { Progress } from "../toolchain/progress";
import { ensurePulumi } from "../toolchain/pulumi";
import { ensureEngineStack, stackExists } from "./engine-stack";
import { removeEmptyLab, withLabLock } from "./lab-lock";
import { findStack, type LabStack, labStack } from "./lab-stack";
import { endLeftovers } from "./leftovers";
import { narrate } from "./milestones";
import { operate, type PulumiContext, pulumi } from "./run-pulumi";
import { showSteps } from "./show-steps";

export interface DownOptions {
  /** Whether what was built or configured outside of a private hypervisor stays as it is, and only the lab's own record of it goes. Default false. */
  readonly forget?: boolean;
}

/**
 * Removes a lab: its machines, its state, its folder. With a private hypervisor that is one step, since everything in
 * it ends with its first process; what was built elsewhere is destroyed by Pulumi.
 */
export async function down(name: string, options: DownOptions = {}): Promise<void> {
  const stack = labStack(name);
  if (!(await exists(stack.folder))) {
    await findStack(name);
    console.log(`There is no lab ${name}.`);
    return;
  }
  await withLabLock(stack, () =>
    showSteps([
      {
        title: `Removing the lab ${name}`,
        work: (progress) => removeLab(stack, progress, options),
      },
    ]),
  );
  await removeEmptyLab(stack);
  console.log(
    options.forget
      ? `The lab ${name} is forgotten: what it made outside of a private hypervisor is still there.`
      : `The lab ${name} is removed.`,
  );
}

/** All of a lab but its lock, which is held meanwhile. */
export async function removeLab(
  stack: LabStack,
  progress: Progress,
  { forget = false }: DownOptions = {},
): Promise<void> {
  await endLeftovers(stack);
  await removeMachinesAndState(stack, progress, forget);
  await removeFiles(stack);
}

async function removeMachinesAndState(
  stack: LabStack,
  progress: (message: string) => void,
  forget: boolean,
): Promise<void> {
  const privately =
    (await findHypervisor(stack.name)) !== undefined || (await exists(hypervisorFolders(stack.name).root));
  const context: PulumiContext = { toolchain: await ensurePulumi(progress), stack };
  const known = await stackExists(context);
  if (known && !privately && !forget) {
    await ensureEngineStack(context, {});
    await operate(context, ["destroy"], {
      onNotice: progress,
      onLine: (line) => {
        const words = narrate(line);
        if (words !== undefined) progress(words);
      },
    });
  }
  progress("ending the hypervisor and everything in it");
  await stopHypervisor(stack.name, progress);
  if (known) await removeState(context, progress);
}

async function removeState(context: PulumiContext, progress: (message: string) => void): Promise<void> {
  const { stack, toolchain } = context;
  progress("removing its state");
  // The lock of an engine that was killed.
  if (toolchain.backend === "local")
    await pulumi(context, ["cancel", stack.name, "--yes"]).catch(() => undefined);
  // Its machines are gone already: the state is not to be asked for them.
  await pulumi(context, ["stack", "rm", stack.name, "--force", "--yes", "--preserve-config"]);
}

/** All but the lock, which is still held. */
async function removeFiles(stack: LabStack): Promise<void> {
  for (const file of await readdir(stack.folder))
    if (file !== "lab.lock") await rm(join(stack.folder, file), { recursive: true, force: true });
}
