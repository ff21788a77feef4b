import { cp, link, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { LabError } from "../errors/lab-error";
import { resetPointFolder } from "../machines/snapshots/lab-places";
import { publish } from "../machines/snapshots/stored-saves";
import { exists } from "../toolchain/cache";
import { keepLab } from "./keep-lab";
import type { LabStack } from "./lab-stack";
import { labToKeep } from "./lab-to-keep";
import { showSteps } from "./show-steps";
import type { Stages } from "./stages";

/** Keeps the state of a lab that was just built; the first one stays. */
export async function keepResetPoint(stack: LabStack, stages: Stages): Promise<void> {
  const finished = resetPointFolder(stack.folder);
  if (await exists(finished)) return;
  await keepState(stack, finished, { name: "reset-point", purpose: "./lab reset" }, stages);
}

/**
 * Keeps the state of a lab in a folder of its own. Nothing here may fail what it is kept for: what cannot be kept is said, and is not there
 * then.
 *
 * @throws LabError KVM-943 when the servers do not go on afterwards
 */
export async function keepState(
  stack: LabStack,
  finished: string,
  { name, purpose }: { readonly name: string; readonly purpose: string },
  stages: Stages,
): Promise<void> {
  await showSteps([
    {
      title: `Kept for ${purpose}`,
      work: (progress) =>
        stages.run(`kept for ${purpose}`, async () => {
          const pool = new HostPool();
          try {
            const lab = await labToKeep(stack, stack.folder, pool, progress);
            await keepLab(lab, {
              kind: "reset",
              name,
              stayPaused: false,
              pool,
              progress,
              publish: async (complete) => {
                await mkdir(dirname(finished), { recursive: true, mode: 0o700 });
                await publish(complete, finished);
              },
            });
          } catch (error) {
            if (!(error instanceof LabError) || error.facts.code === "KVM-943") throw error;
            progress(`not kept for ${purpose}: ${error.facts.found} (${error.facts.code})`);
          } finally {
            pool.close();
          }
        }),
    },
  ]);
}

/** What a lab was restored from is what it is reset to. Links: it takes no room as long as the save is there. */
export async function takeAsResetPoint(stack: LabStack, save: string): Promise<void> {
  const finished = resetPointFolder(stack.folder);
  const staging = `${finished}.new`;
  await rm(staging, { recursive: true, force: true });
  await linkTree(save, staging);
  await rm(finished, { recursive: true, force: true });
  await publish(staging, finished);
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const old = join(entry.parentPath, entry.name);
    const own = join(to, old.slice(from.length + 1));
    await mkdir(dirname(own), { recursive: true });
    if (entry.isDirectory()) await mkdir(own, { recursive: true });
    else if (entry.isFile()) await link(old, own);
    else await cp(old, own, { verbatimSymlinks: true });
  }
}
