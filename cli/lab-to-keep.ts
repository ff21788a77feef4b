import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isActive } from "kvmlab-provider/host/domain-on-host";
import type { HostPool } from "kvmlab-provider/host/host-pool";
import { inspectDomain } from "kvmlab-provider/host/inspect-domain";
import { LabError } from "../errors/lab-error";
import { findHypervisor, type Hypervisor, hypervisorFolders } from "../machines/hypervisor";
import { type MachineState, machineStates, memoryOf } from "../machines/hypervisor/machines-together";
import type { LabManifest } from "../machines/snapshots/manifest";
import { freeBytes, roomForSave } from "../machines/snapshots/room";
import { exists } from "../toolchain/cache";
import { bytesOf } from "../toolchain/cached-folders";
import type { Progress } from "../toolchain/progress";
import { ensurePulumi } from "../toolchain/pulumi";
import { type KnownLab, knownLab, kvmHosts, type LabOutputs } from "./access";
import { byteText } from "./byte-text";
import { stackExists } from "./engine-stack";
import type { LabStack } from "./lab-stack";
import { hasPending, readableState } from "./lab-state";
import type { PulumiContext } from "./run-pulumi";

const inspectionLimitMs = 60_000;

/** A lab that may be saved, with all that is known of it while it still runs. */
export interface LabToKeep {
  readonly stack: LabStack;
  readonly hypervisor: Hypervisor;
  readonly machines: readonly string[];
  readonly outputs: LabOutputs;
  /** Pulumi's, with its secrets shown. */
  readonly state: string;
  /** None in a bare lab. */
  readonly guest: LabManifest["guest"];
  readonly others: LabManifest["others"];
  /** What the save takes at most. */
  readonly neededBytes: number;
}

/**
 * Looks whether a lab may be saved. Changes nothing.
 *
 * @param into the folder that the save is to lie in
 * @throws LabError KVM-905 when it is not up, KVM-933 when it cannot be saved now, KVM-934 when there is no room
 */
export async function labToKeep(
  stack: LabStack,
  into: string,
  pool: HostPool,
  progress: Progress,
): Promise<LabToKeep> {
  const hypervisor = await privateHypervisor(stack);
  const known = await knownLab(stack);
  const { outputs } = known;
  if (outputs === undefined) throw notNow(stack, "it was not built to its end", `./lab up ${stack.name}`);
  const context: PulumiContext = { toolchain: await ensurePulumi(progress), stack };
  const [machines, state, [guest, ...others]] = await Promise.all([
    machineStates(hypervisor),
    stateOf(context),
    whereGuestsRun(known, outputs, pool),
  ]);
  const hindrance =
    whatHinders(machines) ?? (hasPending(state) ? "Pulumi's state has unfinished operations" : undefined);
  if (hindrance) throw notNow(stack, hindrance, `./lab up ${stack.name} --refresh`);
  const names = machines.map(({ name }) => name);
  const neededBytes = await roomNeeded(stack, hypervisor, names);
  for (const folder of [stack.folder, into]) {
    const free = await freeBytes(folder);
    if (free < neededBytes) throw noRoom(folder, neededBytes, free);
  }
  return { stack, hypervisor, machines: names, outputs, state, guest, others, neededBytes };
}

/** In words, what keeps machines from being saved together. */
export function whatHinders(machines: readonly MachineState[]): string | undefined {
  if (machines.length === 0) return "it has no servers";
  const wrong = machines.flatMap(({ name, state, busy }) => {
    if (busy) return [`libvirt is at work on ${name}`];
    return state === "running" ? [] : [`${name} is ${state}`];
  });
  return wrong.length === 0 ? undefined : wrong.join(", ");
}

async function privateHypervisor(stack: LabStack): Promise<Hypervisor> {
  const hypervisor = await findHypervisor(stack.name);
  if (hypervisor) return hypervisor;
  const folders = hypervisorFolders(stack.name);
  if ((await exists(folders.root)) || !(await exists(stack.folder))) await knownLab(stack);
  throw notNow(
    stack,
    "it does not run on a private hypervisor",
    "a lab elsewhere is saved by that machine's own means, machine by machine: virsh save",
  );
}

async function stateOf(context: PulumiContext): Promise<string> {
  try {
    return await readableState(context);
  } catch (error) {
    if (await stackExists(context)) throw error;
    throw notNow(context.stack, "Pulumi knows nothing of it", `./lab up ${context.stack.name}`);
  }
}

async function whereGuestsRun(
  known: KnownLab,
  outputs: LabOutputs,
  pool: HostPool,
): Promise<LabManifest["others"]> {
  const [first] = outputs.guests;
  // A bare lab's guests are its user's, wherever they are.
  if (first === undefined) return [];
  const inspections = await Promise.all(
    kvmHosts(known.hosts).map(async (host) => {
      const inspecting = inspectDomain(pool, host, first.guest.name, {
        signal: AbortSignal.timeout(inspectionLimitMs),
      });
      // A lab that is broken on purpose is saved as it is.
      const { list } = await inspecting.catch(() => ({ list: [] }));
      return { host: host.name, runs: list.filter(({ state }) => isActive(state)).map(({ name }) => name) };
    }),
  );
  return outputs.guests.map(({ guest: { name } }) => {
    const on = inspections.filter(({ runs }) => runs.includes(name)).map(({ host }) => host);
    return { name, runningOn: on.join(", ") || "nowhere" };
  });
}

async function roomNeeded(
  stack: LabStack,
  hypervisor: Hypervisor,
  machines: readonly string[],
): Promise<number> {
  const memories = await Promise.all(machines.map((name) => memoryOf(hypervisor, name)));
  const memoryBytes = memories.reduce((total, bytes) => total + bytes, 0);
  const { own, linked } = await bytesOf(join(hypervisorFolders(stack.name).lib, "images"));
  return roomForSave({ memoryBytes, diskBytes: own + linked });
}

/** @param said what was said by whoever met the end of the disk, where it was not foreseen */
export function noRoom(folder: string, needed: number, free: number, said = ""): LabError {
  return new LabError({
    code: "KVM-934",
    expected: `${byteText(needed)} free for the save; the lab goes on`,
    found: `${byteText(free)} free at ${folder}${said && `: ${said}`}`,
    fix: "./lab saves --remove NAME, ./lab clean, or a larger disk for KVMLAB_CACHE",
  });
}

function notNow(stack: LabStack, found: string, fix: string): LabError {
  return new LabError({
    code: "KVM-933",
    expected: `the lab ${stack.name} built to its end on its private hypervisor, all servers running and at rest`,
    found,
    fix,
  });
}

/** The copy of the configuration that Pulumi works with. */
export async function configOf(stack: LabStack): Promise<string> {
  return readFile(stack.configFile, "utf8");
}
