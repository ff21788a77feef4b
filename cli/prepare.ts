import { Listr, PRESET_TIMER } from "listr2";
import { accelerationOf } from "../components/find-platform";
import type { Settings } from "../stacks/schema";
import { ensureDebianPackages } from "../toolchain/debian-packages";
import { findHypervisor, type Hypervisor, hypervisorFolders, startHypervisor } from "../toolchain/hypervisor";
import { ensureConfiguredImage, ensureGuestImage } from "../toolchain/images";
import { ensurePulumi, type PulumiToolchain } from "../toolchain/pulumi";
import type { LabStack } from "./lab-stack";
import type { Stages } from "./stages";

/** Everything that a lab needs before Pulumi runs. */
export interface Prepared {
  readonly toolchain: PulumiToolchain;
  readonly hypervisor?: Hypervisor;
  readonly hypervisorRecord?: string;
  /** Whether the private hypervisor had to be started: what ran on an earlier one is then not running. */
  readonly startedHypervisor: boolean;
}

/** What the libvirt plugin runs on this machine: it makes the identity disks and edits the machines' definitions. */
const pluginNeeds = ["genisoimage", "xsltproc"];

type Context = { toolchain?: PulumiToolchain; hypervisor?: Hypervisor; started?: boolean };

/** How stages are shown: in place on a terminal, line by line elsewhere. */
export const rendering = {
  renderer: "default",
  fallbackRenderer: "simple",
  fallbackRendererCondition: () => !process.stdout.isTTY || process.env.CI !== undefined,
  rendererOptions: { timer: PRESET_TIMER, collapseErrors: true, showErrorMessage: false },
  fallbackRendererOptions: { timer: PRESET_TIMER },
  // Ctrl-C is run-pulumi.ts's: the engine is to end in order.
  registerSignalListeners: false,
} as const;

/** Sets up the toolchain and the images, each where it is missing; both at once, since one computes and the other loads. */
export async function prepareToolchainAndImages(
  settings: Settings,
  stages: Stages,
): Promise<{ readonly toolchain: PulumiToolchain }> {
  const context: Context = {};
  await new Listr<Context>(
    [
      {
        title: "Pulumi and its plugins",
        task: (ctx, task) =>
          stages.run("Pulumi and its plugins", async () => {
            ctx.toolchain = await ensurePulumi((message) => {
              task.output = message;
            });
          }),
      },
      {
        title: "Images of the hosts and the guest",
        task: (_ctx, task) =>
          stages.run("images", async () => {
            const progress = (message: string) => {
              task.output = message;
            };
            if (settings.machines === "built") await ensureDebianPackages(pluginNeeds, progress);
            await ensureGuestImage(progress);
            if (settings.machines === "built") await ensureConfiguredImage(settings, progress);
          }),
      },
    ],
    { ...rendering, concurrent: true, ctx: context },
  ).run();
  return { toolchain: required(context.toolchain) };
}

/** All of it, and the private hypervisor where the settings ask for one. */
export async function prepare(stack: LabStack, settings: Settings, stages: Stages): Promise<Prepared> {
  const { toolchain } = await prepareToolchainAndImages(settings, stages);
  if (settings.machines === "existing" || settings.hypervisor !== "private") {
    return { toolchain, startedHypervisor: false };
  }
  const context: Context = {};
  await new Listr<Context>(
    [
      {
        title: "Private hypervisor",
        task: (ctx, task) =>
          stages.run("private hypervisor", async () => {
            const progress = (message: string) => {
              task.output = message;
            };
            const acceleration = await accelerationOf(settings, progress);
            const host = await ensureConfiguredImage(settings, progress);
            ctx.started = (await findHypervisor(stack.name)) === undefined;
            ctx.hypervisor = await startHypervisor(stack.name, { host }, acceleration, progress);
          }),
      },
    ],
    { ...rendering, ctx: context },
  ).run();
  return {
    toolchain,
    hypervisor: required(context.hypervisor),
    hypervisorRecord: hypervisorFolders(stack.name).record,
    startedHypervisor: context.started === true,
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a stage ended without its result");
  return value;
}
