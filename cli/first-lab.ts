import { join } from "node:path";
import { execa } from "execa";
import { projectFolder } from "./lab-stack";
import type { Stages } from "./stages";

const labLimitMs = 20 * 60_000;

/**
 * Builds a lab while tests run that need none: this finds out whether KVM works here, keeps booted servers for all labs that follow, and
 * is what the first files on labs reset. If it fails, the output is printed and the first test on a lab fails.
 */
export async function firstLab(lab: string, env: Record<string, string>, stages: Stages): Promise<void> {
  await stages.run("the first lab", async () => {
    for (const args of [
      ["down", lab],
      ["up", lab, "-c", "guestRunsOn=source", "-c", "resetPoint=true"],
    ]) {
      const options = { all: true, reject: false, timeout: labLimitMs, env };
      const { exitCode, all } = await execa(join(projectFolder, "lab"), args, options);
      if (exitCode !== 0) console.log(`./lab ${args.join(" ")} ended with ${exitCode}:\n${all}`);
    }
  });
}
