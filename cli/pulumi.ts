import { LabError } from "../errors/lab-error";
import { hypervisorFolders } from "../machines/hypervisor";
import { exists } from "../toolchain/cache";
import { ensurePulumi } from "../toolchain/pulumi";
import { inForeground } from "./foreground";
import { withLabLock } from "./lab-lock";
import { findStack, type LabStack, projectFolder } from "./lab-stack";
import { endLeftovers } from "./leftovers";
import { pulumiEnvironment } from "./run-pulumi";
import { resolveUnfinishedWork } from "./unfinished-work";

/** Commands of pulumi that read the stack's configuration; the others know no --config-file. */
const readingConfig = new Set(["up", "update", "preview", "refresh", "destroy", "config", "import", "watch"]);
/** Commands that change the lab or its state, and so are alone at it. */
const changing = new Set(["up", "update", "refresh", "destroy", "import", "state", "watch"]);
const changingStack = new Set(["import", "rm", "rename"]);

/** Runs pulumi with this terminal, for one lab: its stack, its copy of the configuration, its hypervisor. */
export async function pulumiInLab(name: string, args: readonly string[]): Promise<number> {
  const stack = await findStack(name);
  const configOptions = readingConfig.has(args[0] ?? "") ? await configOf(stack) : [];
  const toolchain = await ensurePulumi((message) => console.error(message));
  const { record } = hypervisorFolders(name);
  const hypervisorRecord = (await exists(record)) ? record : undefined;
  const run = () =>
    inForeground(toolchain.pulumi, [...args, ...configOptions], {
      cwd: projectFolder,
      env: pulumiEnvironment({ toolchain, stack, hypervisorRecord }),
    });
  if (!changesLab(args)) return run();
  return withLabLock(stack, async () => {
    await endLeftovers(stack);
    await resolveUnfinishedWork(stack, (message) => console.error(message));
    return run();
  });
}

/** Whether no other command may be at work on the lab meanwhile. */
export function changesLab(args: readonly string[]): boolean {
  const [verb = "", second = ""] = args;
  return changing.has(verb) || (verb === "stack" && changingStack.has(second));
}

/** @throws LabError KVM-905 when there was no `./lab up` that would have made the copy */
async function configOf(stack: LabStack): Promise<string[]> {
  if (await exists(stack.configFile)) return ["--config-file", stack.configFile];
  throw new LabError({
    code: "KVM-905",
    expected: `a lab ${stack.name}, with its stack and its configuration`,
    found: "there was no ./lab up yet",
    fix: `./lab up ${stack.name}`,
  });
}
