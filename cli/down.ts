import { rm } from "node:fs/promises";
import { exists } from "../toolchain/cache";
import { findHypervisor, hypervisorFolders, stopHypervisor } from "../toolchain/hypervisor";
import { ensurePulumi } from "../toolchain/pulumi";
import { ensureEngineStack, stackExists } from "./engine-stack";
import { withLabLock } from "./lab-lock";
import { labStack } from "./lab-stack";
import { endLeftovers } from "./leftovers";
import { operate, type PulumiContext, pulumi } from "./run-pulumi";

/**
 * Removes a lab: its machines, its state, its folder. With a private hypervisor that is one step, since everything in
 * it ends with its first process; what was built elsewhere is destroyed by Pulumi.
 */
export async function down(name: string): Promise<void> {
  const stack = labStack(name);
  if (!(await exists(stack.folder))) {
    console.log(`There is no lab ${name}.`);
    return;
  }
  await withLabLock(stack, async () => {
    await endLeftovers(stack);
    const privately =
      (await findHypervisor(name)) !== undefined || (await exists(hypervisorFolders(name).root));
    const toolchain = await ensurePulumi((message) => console.error(message));
    const context: PulumiContext = { toolchain, stack };
    const known = await stackExists(context);
    if (known && !privately) {
      await ensureEngineStack(context, {});
      await operate(context, ["destroy"], ({ name: resource, status }) =>
        console.log(`${resource}: ${status}`),
      );
    }
    await stopHypervisor(name, (message) => console.error(message));
    if (known) await removeState(context);
  });
  await rm(stack.folder, { recursive: true, force: true });
  console.log(`The lab ${name} is gone.`);
}

async function removeState(context: PulumiContext): Promise<void> {
  const { stack } = context;
  await pulumi(context, ["cancel", stack.name, "--yes"]).catch(() => undefined);
  // Its machines are gone already: the state is not to be asked for them.
  await pulumi(context, ["stack", "rm", stack.name, "--force", "--yes", "--preserve-config"]);
}
