import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { ProbeConnection, type ProbeStatus } from "kvmlab-provider/host/probe";
import { accelerationOf } from "../components/find-platform";
import { probePort } from "../components/guest-definition";
import { LabError } from "../errors/lab-error";
import { type Hypervisor, hypervisorFolders, startHypervisor, stopHypervisor } from "../machines/hypervisor";
import { restoreAll } from "../machines/hypervisor/machines-together";
import { misfits } from "../machines/snapshots/fit";
import { layOut, memoryFolder } from "../machines/snapshots/hypervisor-parts";
import { forgetUnfinished, type RestoreStage, writeUnfinished } from "../machines/snapshots/journal";
import { stagingFolder } from "../machines/snapshots/lab-places";
import { machineFacts } from "../machines/snapshots/machine-facts";
import { type LabManifest, readManifest } from "../machines/snapshots/manifest";
import { movedState, type Places } from "../machines/snapshots/moved-state";
import { manifestOf, refuseDamaged } from "../machines/snapshots/stored-saves";
import { checkSettings } from "../stacks/settings";
import { addressesOf, storageServer, topologyOf } from "../stacks/topology/topology";
import { cacheDir } from "../toolchain/cache";
import type { Progress } from "../toolchain/progress";
import { ensurePulumi } from "../toolchain/pulumi";
import { keepOutputs, type LabOutputs } from "./access";
import { configFile, outputsFile, stateFile } from "./keep-lab";
import type { LabStack } from "./lab-stack";
import { importState } from "./lab-state";
import type { PulumiContext } from "./run-pulumi";
import { setClocks } from "./server-clocks";
import { keepBoots } from "./servers-back";
import type { Stages } from "./stages";

const guestLimitMs = 60_000;

/** A save that was found whole and fitting. */
export interface UsableSave {
  readonly folder: string;
  readonly manifest: LabManifest;
}

export interface BroughtBack {
  readonly outputs: LabOutputs;
  /** What the guest said of itself; undefined where none ran when it was saved. */
  readonly guest?: ProbeStatus;
}

/**
 * Looks whether a save can be restored here. Touches nothing.
 *
 * @throws LabError KVM-936 when it is damaged, KVM-937 when it does not fit this machine
 */
export async function usableSave(folder: string, what: string, progress: Progress): Promise<UsableSave> {
  const manifest = manifestOf(await readManifest(folder), what);
  await refuseMisfit(manifest, what, progress);
  progress(`comparing the checksums of ${what}`);
  await refuseDamaged(folder, manifest, what);
  return { folder, manifest };
}

/** @throws LabError KVM-937 naming all that differs */
export async function refuseMisfit(manifest: LabManifest, what: string, progress: Progress): Promise<void> {
  const found = await misfitsHere(manifest, progress);
  if (found.length === 0) return;
  throw new LabError({
    code: "KVM-937",
    expected: `a machine like the one that ${what} was made on`,
    found: found.join("; "),
    fix: "restore it on such a machine, or build the lab here: ./lab up",
  });
}

/** In words, what of this machine a save does not fit. */
export async function misfitsHere(manifest: LabManifest, progress: Progress): Promise<string[]> {
  const acceleration = await accelerationOf(checkSettings(manifest.settings), progress);
  return misfits(manifest.machine, await machineFacts(acceleration));
}

/**
 * Makes a lab what a save of it says, in place of whatever there is of it: its hypervisor, its machines from their memories, its
 * state. Called with the lab's lock held. What is begun and not ended is noted in the lab's folder.
 *
 * @param command begins it again, should it not come to its end
 * @throws LabError KVM-940 when the machines do not go on, and those of startHypervisor
 */
export async function bringBack(
  stack: LabStack,
  { folder, manifest }: UsableSave,
  command: string,
  stages: Stages,
  progress: Progress,
): Promise<BroughtBack> {
  const at = (stage: RestoreStage) => writeUnfinished(stack.folder, { work: "restore", stage, command });
  const folders = hypervisorFolders(stack.name);
  await at("laying-out");
  await rm(stagingFolder(stack.folder), { recursive: true, force: true });
  const images = await stages.run("disks laid out", async () => {
    progress("laying out the lab's disks");
    await stopHypervisor(stack.name, progress);
    // Whoever reached the old lab reaches it no more.
    for (const file of ["outputs.json", "hosts.json"]) await rm(join(stack.folder, file), { force: true });
    return layOut(folder, folders, manifest.image);
  });
  await at("starting");
  const hypervisor = await stages.run("private hypervisor", () =>
    startHypervisor(
      stack.name,
      { ...images, servers: addressesOf(topologyOf(checkSettings(manifest.settings))) },
      manifest.machine.acceleration,
      progress,
    ),
  );
  const context: PulumiContext = {
    toolchain: await ensurePulumi(progress),
    stack,
    hypervisorRecord: folders.record,
  };
  const from = manifest.places;
  const to: Places = { cache: cacheDir(), uri: hypervisor.uri, ssh: hypervisor.ssh };
  const text = (file: string) => readFile(join(folder, file), "utf8");
  progress("the servers read their memory");
  await Promise.all([
    stages.run("servers' memory", () => restoreMachines(hypervisor, manifest, folder)),
    stages.run("Pulumi's state", async () =>
      importState(context, { json: await text(stateFile), config: await text(configFile), from, to }),
    ),
  ]);
  await at("answering");
  const moved = movedState(JSON.parse(await text(outputsFile)), from, to);
  const outputs = await keepOutputs(stack, JSON.stringify(moved));
  const guest = await untilItAnswers(outputs, manifest, stages, progress);
  await keepBoots(stack, hypervisor, [], []);
  await forgetUnfinished(stack.folder);
  return { outputs, ...(guest ? { guest } : {}) };
}

async function restoreMachines(hypervisor: Hypervisor, manifest: LabManifest, folder: string): Promise<void> {
  try {
    await restoreAll(hypervisor, manifest.machines, memoryFolder(folder));
  } catch (error) {
    throw new LabError({
      code: "KVM-940",
      expected: `${manifest.machines.join(", ")} to go on from their saved memory`,
      found: error instanceof Error ? error.message : String(error),
      fix: `fix what it says, then give the same command again; ./lab down ${manifest.stack} removes what there is`,
      cause: error,
    });
  }
}

/** The servers, and at the same time the guests: the way to them is one of theirs. What the first guest says, if it ran. */
async function untilItAnswers(
  outputs: LabOutputs,
  { guest, others }: LabManifest,
  stages: Stages,
  progress: Progress,
): Promise<ProbeStatus | undefined> {
  const pool = new HostPool();
  progress("waiting for the servers and the guests to answer, setting the servers' clocks");
  const nfs = outputs.hosts.find(({ name }) => name === storageServer);
  const greeting = async ({ name, runningOn }: LabManifest["others"][number]) => {
    const placed = outputs.guests.find((one) => one.guest.name === name);
    return runningOn === "nowhere" || nfs === undefined || placed === undefined
      ? undefined
      : greetingOf(pool, nfs, placed.guest.address);
  };
  try {
    const [[status]] = await Promise.all([
      stages.run("guest answered", () => Promise.all([...(guest ? [guest] : []), ...others].map(greeting))),
      // One that was saved broken may not answer there; whether the lab is back, the guests say.
      stages.run("servers' clocks set", () =>
        setClocks(pool, outputs.hosts).catch((error: Error) => progress(error.message)),
      ),
    ]);
    return status;
  } finally {
    pool.close();
  }
}

function greetingOf(pool: HostPool, nfs: HostConnection, address: string): Promise<ProbeStatus> {
  const limits = { timeoutMs: guestLimitMs, signal: AbortSignal.timeout(guestLimitMs) };
  return ProbeConnection.greeting(pool, nfs, { address, port: probePort }, limits);
}
