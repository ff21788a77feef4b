import { link, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { buildOnce, contentKey } from "../cache";
import type { Progress } from "../progress";
import { findProgram } from "./find-program";
import { type Go, requireGo } from "./go";
import { buildGoPrograms, builtGoProgram } from "./go-build";
import { engineProgram, type GoProgram, languageHostProgram } from "./go-programs";
import { cachedOfficialPulumi, officialPulumi } from "./official-download";
import { officialReachable } from "./official-reach";
import { chooseEngineSource, type EngineSource } from "./sources";
import { pulumiFits } from "./versions";

/** A Pulumi engine with its Node language host. */
export interface Engine {
  readonly source: EngineSource;
  /** The executable. */
  readonly pulumi: string;
  /** The folder that PATH must begin with, so that the engine and its language host are found. */
  readonly folder: string;
}

/** `alongside`: what else is to be built from Go modules; where the engine is, all of it is built in one go. */
export async function ensureEngine(
  go: Go | undefined,
  alongside: readonly GoProgram[],
  progress: Progress,
): Promise<Engine> {
  const onPath = await pulumiOnPath();
  const source = await decideSource(onPath, go);
  if (source === "path" && onPath) return { source, pulumi: onPath, folder: dirname(onPath) };
  if (source === "official") {
    try {
      const folder = await officialPulumi(progress);
      return { source, pulumi: join(folder, "pulumi"), folder };
    } catch (error) {
      const mayBuild = go && error instanceof LabError && error.facts.code === "KVM-207";
      if (!mayBuild) throw error;
      progress(`${error.facts.found}: building Pulumi from Go modules instead`);
    }
  }
  return fromModules(await requireGo(go), alongside, progress);
}

async function decideSource(onPath: string | undefined, go: Go | undefined): Promise<EngineSource> {
  const facts = {
    fitsOnPath: onPath !== undefined,
    officialCached: (await cachedOfficialPulumi()) !== undefined,
    modulesCached: go !== undefined && (await builtGoProgram(go, engineProgram)) !== undefined,
  };
  const choice = chooseEngineSource(facts);
  if (choice !== "ask") return choice;
  return chooseEngineSource({ ...facts, officialReachable: await officialReachable() });
}

async function fromModules(go: Go, alongside: readonly GoProgram[], progress: Progress): Promise<Engine> {
  const [pulumi = "", language = ""] = await buildGoPrograms(
    go,
    [engineProgram, languageHostProgram, ...alongside],
    progress,
  );
  // Side by side, as in the official download: a language host found on PATH only makes every command print a warning.
  const folder = await buildOnce("pulumi", `modules-${contentKey([pulumi, language])}`, async (staging) => {
    await link(pulumi, join(staging, engineProgram.executable));
    await link(language, join(staging, languageHostProgram.executable));
  });
  return { source: "modules", pulumi: join(folder, engineProgram.executable), folder };
}

/** A pulumi of the user's own, if its version fits and it can run programs in Node. */
async function pulumiOnPath(): Promise<string | undefined> {
  const path = await findProgram("pulumi", [join(homedir(), ".pulumi", "bin")]);
  if (!path) return undefined;
  const besideIt = [dirname(path), dirname(await realpath(path))];
  if (!(await findProgram(languageHostProgram.executable, besideIt))) return undefined;
  const result = await execa(path, ["version"], {
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    reject: false,
    timeout: 20_000,
  });
  return result.exitCode === 0 && pulumiFits(result.stdout) ? path : undefined;
}
