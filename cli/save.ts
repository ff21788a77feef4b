import { mkdir } from "node:fs/promises";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { refuseWithoutRoot } from "../machines/hypervisor/preconditions";
import { type LabManifest, ownBytes } from "../machines/snapshots/manifest";
import { checkSaveName, saveFolderOf, savesFolder } from "../machines/snapshots/save-name";
import { publish, refuseTakenName } from "../machines/snapshots/stored-saves";
import { byteText } from "./byte-text";
import { removeLab } from "./down";
import { keepLab } from "./keep-lab";
import { removeEmptyLab, withLabLock } from "./lab-lock";
import { findStack, type LabStack } from "./lab-stack";
import { labToKeep } from "./lab-to-keep";
import { endLeftovers } from "./leftovers";
import { type Step, showSteps } from "./show-steps";
import { Stages } from "./stages";
import { resolveUnfinishedWork } from "./unfinished-work";

export interface SaveOptions {
  readonly lab: string;
  /** Replaces a save of this name. */
  readonly force: boolean;
  /** Ends the lab once it is saved. */
  readonly stop: boolean;
  readonly json: boolean;
}

/**
 * `./lab save`: the whole running lab as one set, in the cache.
 *
 * @throws LabError KVM-930 and KVM-931 for the name, KVM-933 to KVM-935 and KVM-943 as the lab cannot be saved
 */
export async function save(name: string, options: SaveOptions): Promise<void> {
  checkSaveName(name);
  refuseWithoutRoot();
  const stack = await findStack(options.lab);
  await refuseTakenName(name, options.force);
  const stages = new Stages();
  let manifest: LabManifest | undefined;
  await mkdir(savesFolder(), { recursive: true, mode: 0o700 });
  const steps: Step[] = [
    {
      title: `Saving the lab ${stack.name}`,
      work: async (progress) => {
        manifest = await saveUnder(name, stack, options, progress);
      },
    },
  ];
  if (options.stop)
    steps.push({ title: `Ending the lab ${stack.name}`, work: (progress) => removeLab(stack, progress) });
  await withLabLock(stack, async () => {
    await endLeftovers(stack);
    await resolveUnfinishedWork(stack, (message) => console.error(message));
    await showSteps(steps);
  }).finally(() => removeEmptyLab(stack));
  if (manifest) tell(name, manifest, stages.totalSeconds, options);
}

async function saveUnder(
  name: string,
  stack: LabStack,
  { force, stop }: SaveOptions,
  progress: (message: string) => void,
): Promise<LabManifest> {
  const pool = new HostPool();
  try {
    const lab = await labToKeep(stack, savesFolder(), pool, progress);
    return await keepLab(lab, {
      kind: "lab",
      name,
      stayPaused: stop,
      pool,
      progress,
      publish: async (complete) => {
        // Another lab may have been saved by this name meanwhile.
        await refuseTakenName(name, force);
        await publish(complete, saveFolderOf(name));
      },
    });
  } finally {
    pool.close();
  }
}

function tell(name: string, manifest: LabManifest, seconds: number, { json, stop }: SaveOptions): void {
  const { stack: lab, guest, pausedMs } = manifest;
  const bytes = ownBytes(manifest);
  if (json) {
    console.log(JSON.stringify({ name, lab, bytes, pausedMs, seconds, guest, folder: saveFolderOf(name) }));
    return;
  }
  const then = stop
    ? "The lab has ended"
    : `The lab goes on; it stood still for ${(pausedMs / 1000).toFixed(1)} s`;
  console.log(
    [
      `The lab ${lab} is saved as ${name}: ${byteText(bytes)} in ${seconds.toFixed(1)} s, ${guest.name} on ${guest.runningOn}.`,
      `${then}. It holds the lab's keys: give it to nobody who may not have them.`,
      `  ./lab restore ${name}   brings it back, running where it stopped`,
    ].join("\n"),
  );
}
