import { accelerationOf } from "../components/find-platform";
import { ensureServerImages, imageOf } from "../components/server-images";
import { hostsToKeep, warmRoles } from "../components/warm-hosts";
import { LabError } from "../errors/lab-error";
import {
  type BootableImage,
  findHypervisor,
  type Hypervisor,
  hypervisorFolders,
  keepOnlyMemories,
  startHypervisor,
  type WarmMachines,
} from "../machines/hypervisor";
import { ensureGuestImage } from "../machines/images";
import { keepHosts, keptHosts, keyOfHosts } from "../machines/snapshots/boots/hosts-memory";
import type { Settings } from "../stacks/schema";
import { addressesOf, topologyOf } from "../stacks/topology/topology";
import { exists } from "../toolchain/cache";
import { ensureDebianPackages } from "../toolchain/debian-packages";
import { ensurePulumi, type PulumiToolchain } from "../toolchain/pulumi";
import type { LabStack } from "./lab-stack";
import { type Step, showSteps } from "./show-steps";
import type { Stages } from "./stages";

/** What there is to know of the private hypervisor, where there is one. */
export interface PreparedHypervisor {
  readonly hypervisor?: Hypervisor;
  readonly hypervisorRecord?: string;
  /** Whether the private hypervisor had to be started: what ran on an earlier one is then not running. */
  readonly startedHypervisor: boolean;
  readonly servers?: StartedFrom;
}

/** How a lab's servers come to run on the private hypervisor. */
export type StartedFrom = "memory" | "boot" | "there already";

/** What the libvirt plugin runs on this machine: it makes the identity disks and edits the machines' definitions. */
const pluginNeeds = ["genisoimage", "xsltproc"];

/** Sets up the toolchain and the images, each where it is missing; both at once, since one computes and the other loads. */
export async function prepareToolchainAndImages(
  settings: Settings,
  stages: Stages,
): Promise<{ readonly toolchain: PulumiToolchain }> {
  let toolchain: PulumiToolchain | undefined;
  const steps = [
    toolchainStep(stages, (ready) => {
      toolchain = ready;
    }),
    imagesStep(settings, stages),
  ];
  await showSteps(steps, { concurrent: true });
  return { toolchain: required(toolchain) };
}

/** Sets up the toolchain where it is missing. */
export function toolchainStep(stages: Stages, onReady: (toolchain: PulumiToolchain) => void): Step {
  return {
    title: "Pulumi and its plugins",
    work: (progress) =>
      stages.run("Pulumi and its plugins", async () => onReady(await ensurePulumi(progress))),
  };
}

/** Makes the images where they are missing. */
export function imagesStep(settings: Settings, stages: Stages): Step {
  return {
    title: "Images of the hosts and the guest",
    work: (progress) =>
      stages.run("images", async () => {
        if (settings.machines === "built") await ensureDebianPackages(pluginNeeds, progress);
        await ensureGuestImage(progress);
        if (settings.machines === "built") await ensureServerImages(settings, progress);
      }),
  };
}

/** Tries whether KVM works here, where the settings leave it to the lab. The verdict is kept. */
export async function tryAcceleration(settings: Settings, stages: Stages): Promise<"kvm" | "tcg"> {
  let verdict: "kvm" | "tcg" | undefined;
  await showSteps([
    {
      title: "Acceleration",
      work: (progress) =>
        stages.run("acceleration", async () => {
          verdict = await accelerationOf(settings, progress);
          progress(verdict);
        }),
    },
  ]);
  return required(verdict);
}

/** The private hypervisor, where the settings ask for one, with the memories that its servers are started from. */
export async function prepareHypervisor(
  stack: LabStack,
  settings: Settings,
  toolchain: PulumiToolchain,
  stages: Stages,
): Promise<PreparedHypervisor> {
  if (settings.machines === "existing" || settings.hypervisor !== "private") {
    return { startedHypervisor: false };
  }
  const acceleration = await tryAcceleration(settings, stages);
  const images = await ensureServerImages(settings, () => undefined);
  const host = imageOf(images, settings.release);
  const known = await exists(hypervisorFolders(stack.name).lib);
  const warm = await warmMachines({ stack, settings, host, acceleration, toolchain }, stages);
  let startedHypervisor = false;
  let hypervisor: Hypervisor | undefined;
  await showSteps([
    {
      title: "Private hypervisor",
      work: (progress) =>
        stages.run("private hypervisor", async () => {
          startedHypervisor = (await findHypervisor(stack.name)) === undefined;
          const content = { ...images, warm, servers: addressesOf(topologyOf(settings)) };
          hypervisor = await startHypervisor(stack.name, content, acceleration, progress);
        }),
    },
  ]);
  const servers = known ? "there already" : warm === undefined ? "boot" : "memory";
  const hypervisorRecord = hypervisorFolders(stack.name).record;
  return { hypervisor: required(hypervisor), hypervisorRecord, startedHypervisor, servers };
}

interface WarmQuestion {
  readonly stack: LabStack;
  readonly settings: Settings;
  readonly host: BootableImage;
  readonly acceleration: "kvm" | "tcg";
  readonly toolchain: PulumiToolchain;
}

/**
 * What a new lab's servers are started from. A lab that is there already has its servers, or memories of them that may not fit
 * its settings any more. Without any the servers boot, which is slower and no less good.
 */
async function warmMachines(question: WarmQuestion, stages: Stages): Promise<WarmMachines | undefined> {
  const { stack, settings, host, acceleration, toolchain } = question;
  const folders = hypervisorFolders(stack.name);
  const roles = warmRoles(settings);
  const { key: guestKey } = await ensureGuestImage(() => undefined);
  const hosts = hostsToKeep(settings, host, acceleration, guestKey);
  if (await exists(folders.lib)) {
    await keepOnlyMemories(folders, { key: await keyOfHosts(hosts), roles });
    return undefined;
  }
  if (roles.length === 0) return undefined;
  let warm: WarmMachines | undefined;
  await showSteps([
    {
      title: "The booted servers",
      work: (progress) =>
        stages.run("booted servers", async () => {
          const keep = () =>
            keepHosts(hosts, toolchain, progress).catch(unlessFatal(progress, "the servers will boot"));
          warm = (await keptHosts(hosts, progress)) ?? (await keep());
        }),
    },
  ]);
  const mine = Object.entries(warm?.machines ?? {}).filter(([role]) => roles.some((own) => own === role));
  return warm && { ...warm, machines: Object.fromEntries(mine) };
}

function unlessFatal(progress: (message: string) => void, instead: string): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof LabError)) throw error;
    const { code, expected, found } = error.facts;
    progress(`${instead}: expected ${expected}, found ${found} (${code})`);
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a stage ended without its result");
  return value;
}
