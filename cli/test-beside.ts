import { join } from "node:path";
import { execa } from "execa";
import { projectFolder } from "./lab-stack";
import type { Stages } from "./stages";

const checkLimitMs = 10 * 60_000;
const labLimitMs = 20 * 60_000;

/** Format, lint and types: whether each is well. */
export async function projectChecks(stages: Stages): Promise<boolean[]> {
  return [
    await stages.run("format and lint", () =>
      passes("node_modules/@biomejs/biome/bin/biome", ["check", "."]),
    ),
    await stages.run("types", () => passes("node_modules/typescript/bin/tsc", ["-p", "."])),
  ];
}

async function passes(script: string, args: readonly string[]): Promise<boolean> {
  const result = await execa(process.execPath, [join(projectFolder, script), ...args], {
    cwd: projectFolder,
    stdio: "inherit",
    reject: false,
    timeout: checkLimitMs,
  });
  return result.exitCode === 0;
}

/**
 * A lab that is built once beside what needs none: whether KVM works here is found out then, and booted servers are kept for all labs
 * that follow. Should it fail, it is the first test on it that fails.
 */
export async function firstLab(lab: string, env: Record<string, string>, stages: Stages): Promise<void> {
  await stages.run("the first lab", async () => {
    for (const words of [
      ["down", lab],
      ["up", lab, "-c", "guestRunsOn=source"],
    ]) {
      const options = { all: true, reject: false, timeout: labLimitMs, env };
      const { exitCode, all } = await execa(join(projectFolder, "lab"), words, options);
      if (exitCode !== 0) console.log(`./lab ${words.join(" ")} ended with ${exitCode}:\n${all}`);
    }
  });
}
