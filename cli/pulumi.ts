import { execa } from "execa";
import { exists } from "../toolchain/cache";
import { hypervisorFolders } from "../toolchain/hypervisor";
import { ensurePulumi } from "../toolchain/pulumi";
import { findStack, projectFolder } from "./lab-stack";
import { pulumiEnvironment } from "./run-pulumi";

/** Commands of pulumi that read the stack's configuration; the others know no --config-file. */
const readingConfig = new Set(["up", "update", "preview", "refresh", "destroy", "config"]);

/** Runs pulumi with this terminal, for one lab: its stack, its copy of the configuration, its hypervisor. */
export async function pulumiInLab(name: string, args: readonly string[]): Promise<number> {
  const stack = await findStack(name);
  const toolchain = await ensurePulumi((message) => console.error(message));
  const { record } = hypervisorFolders(name);
  const hypervisorRecord = (await exists(record)) ? record : undefined;
  const own = args.some((word) => word === "--stack" || word === "-s" || word.startsWith("--stack="));
  const stackWords = own || args[0] === "stack" ? [] : ["--stack", name];
  const configWords = readingConfig.has(args[0] ?? "") ? ["--config-file", stack.configFile] : [];
  const result = await execa(toolchain.pulumi, [...args, ...stackWords, ...configWords], {
    cwd: projectFolder,
    env: { ...pulumiEnvironment({ toolchain, stack, hypervisorRecord }), PULUMI_STACK: name },
    stdio: "inherit",
    reject: false,
  });
  return result.exitCode ?? 1;
}
