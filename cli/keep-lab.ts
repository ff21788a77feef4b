import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostPool } from "kvmlab-provider/host/host-pool";
import { LabError } from "../errors/lab-error";
import { hypervisorFolders } from "../machines/hypervisor";
import { saveMemories, suspendAll } from "../machines/hypervisor/machines-together";
import { keepBases, keepDisks, memoryFolder } from "../machines/snapshots/hypervisor-parts";
import { type SaveStage, writeUnfinished } from "../machines/snapshots/journal";
import { resetPointFolder, stagingFolder } from "../machines/snapshots/lab-places";
import { machineFacts } from "../machines/snapshots/machine-facts";
import {
  type LabManifest,
  readManifest,
  snapshotFormat,
  writeManifest,
} from "../machines/snapshots/manifest";
import { freeBytes } from "../machines/snapshots/room";
import { describeFiles, type KnownSnapshot } from "../machines/snapshots/snapshot-files";
import { version } from "../package.json";
import { checkSettings, readStackFile } from "../stacks/settings";
import { cacheDir } from "../toolchain/cache";
import type { Progress } from "../toolchain/progress";
import { onCancel, wasCancelled } from "./cancellation";
import type { LabStack } from "./lab-stack";
import { withoutSalt } from "./lab-state";
import { configOf, type LabToKeep, noRoom } from "./lab-to-keep";
import { restGuests } from "./rest-guests";
import { setClocks } from "./server-clocks";
import { clearSave, resumeOrReport } from "./unfinished-work";

export interface KeepOptions extends Pick<LabManifest, "kind" | "name"> {
  /** Whether the machines still stand still when it is done. */
  readonly stayPaused: boolean;
  readonly pool: HostPool;
  readonly progress: Progress;
  /** Gives the complete folder its place. */
  readonly publish: (complete: string) => Promise<void>;
}

/** Files of a save beside the hypervisor's. */
export const stateFile = "state.json";
export const outputsFile = "outputs.json";
export const configFile = "config.yaml";

/**
 * Saves a whole lab as one set: all servers stand still together, their memories are written in parallel, and their disks copied,
 * before the first goes on. QEMU goes on living all the while: whatever fails, or kills this process, the machines are there, and are
 * set going again by this or by the next command. Called with the lab's lock held.
 *
 * @throws LabError KVM-934 when the disk fills up, KVM-935 when anything else fails, KVM-943 when machines do not go on
 */
export async function keepLab(lab: LabToKeep, options: KeepOptions): Promise<LabManifest> {
  const { stack } = lab;
  const staging = stagingFolder(stack.folder);
  let paused = false;
  let cancelled = false;
  // The lab goes on first: it takes seconds.
  const stopListening = onCancel(() => {
    cancelled = true;
  });
  const whenCancelled = () => wasCancelled("the lab goes on; ./lab save begins again");
  const at = async (stage: SaveStage) => {
    if (cancelled) throw whenCancelled();
    await writeUnfinished(stack.folder, { work: "save", stage, machines: [...lab.machines] });
  };
  const resumeServers = async () => {
    await resumeOrReport(stack, lab.hypervisor, lab.machines);
    paused = false;
  };
  try {
    await writeWhatIsKnown(lab, staging);
    await at("pausing");
    paused = true;
    const begun = performance.now();
    await takeMachines(lab, staging, at, options);
    if (!options.stayPaused) {
      await at("waking");
      await resumeServers();
    }
    const pausedMs = Math.round(performance.now() - begun);
    // If this command is killed, the next one resumes those that stay paused.
    if (!paused) await at("sealing");
    options.progress(`the servers stood still for ${(pausedMs / 1000).toFixed(1)} s; writing checksums`);
    const [manifest] = await Promise.all([
      seal(lab, options, staging, pausedMs),
      clocks(lab, options, paused),
    ]);
    if (cancelled) throw whenCancelled();
    await options.publish(staging);
    return manifest;
  } catch (error) {
    if (paused) await resumeServers();
    // Ctrl-C ended the virsh that was at it, too.
    throw cancelled ? whenCancelled() : await asError(error, lab);
  } finally {
    stopListening();
    if (!paused) await clearSave(stack);
  }
}

/** All that does not change while the machines run. */
async function writeWhatIsKnown({ stack, state, outputs }: LabToKeep, staging: string): Promise<void> {
  await rm(staging, { recursive: true, force: true });
  // The memories hold every key of the lab, and the state says them aloud.
  await mkdir(staging, { recursive: true, mode: 0o700 });
  const secret = { mode: 0o600 };
  await writeFile(join(staging, stateFile), state, secret);
  await writeFile(join(staging, outputsFile), JSON.stringify(outputs), secret);
  await writeFile(join(staging, configFile), withoutSalt(await configOf(stack)), secret);
  await keepBases(hypervisorFolders(stack.name), staging);
}

async function takeMachines(
  { stack, hypervisor, machines, outputs }: LabToKeep,
  staging: string,
  at: (stage: SaveStage) => Promise<void>,
  { pool, progress }: KeepOptions,
): Promise<void> {
  progress("the servers stand still");
  await suspendAll(hypervisor, machines, () => restGuests(pool, outputs.hosts));
  await at("memory");
  progress("writing their memory");
  await saveMemories(hypervisor, machines, memoryFolder(staging));
  // QEMU has let go of the disks when it has written a memory: what is in the files is all there is.
  await at("disks");
  await keepDisks(hypervisorFolders(stack.name), staging);
}

async function seal(
  { stack, hypervisor, machines, guest, others }: LabToKeep,
  { kind, name }: KeepOptions,
  staging: string,
  pausedMs: number,
): Promise<LabManifest> {
  const { baseVolume, kernel, initrd, cmdline, otherImages, uri, ssh, acceleration } = hypervisor;
  const known = await resetPoint(stack);
  const [files, machine] = await Promise.all([describeFiles(staging, known), machineFacts(acceleration)]);
  const manifest: LabManifest = {
    kind,
    format: snapshotFormat,
    name,
    stack: stack.name,
    createdAt: new Date().toISOString(),
    version,
    // With what the command line said instead of the stack's file.
    settings: { ...checkSettings(readStackFile(stack.configFile)) },
    machine,
    image: { baseVolume, kernel, initrd, cmdline, otherImages },
    places: { cache: cacheDir(), uri, ssh },
    machines: [...machines],
    guest,
    others,
    pausedMs,
    files,
  };
  await writeManifest(staging, manifest);
  return manifest;
}

/** What the lab's disks are made from is the same in it: most of a gigabyte that need not be read again. */
async function resetPoint(stack: LabStack): Promise<KnownSnapshot | undefined> {
  const folder = resetPointFolder(stack.folder);
  const reading = await readManifest(folder);
  return reading.kind === "manifest" ? { folder, manifest: reading.manifest } : undefined;
}

async function clocks(
  { outputs }: LabToKeep,
  { pool, progress }: KeepOptions,
  paused: boolean,
): Promise<void> {
  if (paused) return;
  // A lab that is broken on purpose may not answer; it goes on, and preflight finds clocks that differ.
  await setClocks(pool, outputs.hosts).catch((error: Error) => progress(error.message));
}

async function asError(error: unknown, { stack, neededBytes }: LabToKeep): Promise<unknown> {
  if (error instanceof LabError) return error;
  const found = error instanceof Error ? error.message : String(error);
  if (/No space left|ENOSPC/.test(found))
    return noRoom(stack.folder, neededBytes, await freeBytes(stack.folder), found);
  return new LabError({
    code: "KVM-935",
    expected: `the lab ${stack.name} to be saved; it goes on`,
    found,
    fix: "fix what it says, then save again; ./lab status shows the lab",
    cause: error,
  });
}
