import { link } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { buildOnce, contentKey } from "../cache";
import type { Progress } from "../progress";
import { findProgram } from "./find-program";
import { buildGoProgram } from "./go-build";
import { officialPulumi, officialReachable } from "./official-download";
import { pulumiFits } from "./versions";

/** Where the Pulumi engine comes from; the first of these that can be had (docs/concepts/toolchain.md). */
export type EngineSource = "path" | "official" | "modules";

export interface Engine {
  readonly source: EngineSource;
  readonly pulumi: string;
  /** Folders that PATH must begin with, so that the engine finds its language host. */
  readonly path: readonly string[];
}

/** The decision: a pulumi that is here and fits, else the official download, else module sources. */
export function chooseEngineSource(facts: { fitsOnPath: boolean; officialReachable: boolean }): EngineSource {
  if (facts.fitsOnPath) return "path";
  return facts.officialReachable ? "official" : "modules";
}

export async function ensureEngine(progress: Progress): Promise<Engine> {
  const onPath = await pulumiOnPath();
  const source = chooseEngineSource({
    fitsOnPath: onPath !== undefined,
    officialReachable: onPath === undefined && (await officialReachable()),
  });
  if (source === "path" && onPath) return { source, pulumi: onPath, path: [] };
  if (source === "official") {
    const folder = await officialPulumi(progress);
    return { source, pulumi: `${folder}/pulumi`, path: [folder] };
  }
  return fromModules(progress);
}

async function fromModules(progress: Progress): Promise<Engine> {
  const pulumi = await buildGoProgram(
    {
      module: "engine",
      packagePath: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      executable: "pulumi",
    },
    progress,
  );
  const language = await buildGoProgram(
    {
      module: "language-nodejs",
      packagePath: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      executable: "pulumi-language-nodejs",
    },
    progress,
  );
  // Side by side, as in the official download: a language host found on PATH only makes every command print a warning.
  const folder = await buildOnce("pulumi", `modules-${contentKey([pulumi, language])}`, async (staging) => {
    await link(pulumi, join(staging, "pulumi"));
    await link(language, join(staging, "pulumi-language-nodejs"));
  });
  return { source: "modules", pulumi: join(folder, "pulumi"), path: [folder] };
}

async function pulumiOnPath(): Promise<string | undefined> {
  const path = await findProgram("pulumi");
  if (!path) return undefined;
  const result = await execa(path, ["version"], { reject: false, timeout: 20_000 });
  return result.exitCode === 0 && pulumiFits(result.stdout) ? path : undefined;
}
