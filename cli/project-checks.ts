import { join } from "node:path";
import { execa } from "execa";
import { projectFolder } from "./lab-stack";
import type { Stages } from "./stages";

const checkLimitMs = 10 * 60_000;

/** Format and lint, types, the direction of imports: whether each check passed. */
export async function projectChecks(stages: Stages): Promise<boolean[]> {
  return [
    await stages.run("format and lint", () =>
      passes("node_modules/@biomejs/biome/bin/biome", ["check", "."]),
    ),
    await stages.run("types", () => passes("node_modules/typescript/bin/tsc", ["-p", "."])),
    await stages.run("imports", () =>
      passes("node_modules/dependency-cruiser/bin/dependency-cruise.mjs", [
        ...["--config", ".dependency-cruiser.cjs", "."],
      ]),
    ),
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
