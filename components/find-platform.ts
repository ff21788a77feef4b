import { readFileSync } from "node:fs";
import { LabError } from "../errors/lab-error";
import { accelerationVerdict } from "../machines/acceleration";
import { type ImagePaths, parseHypervisor } from "../machines/hypervisor/hypervisor";
import type { Settings } from "../stacks/schema";
import type { Progress } from "../toolchain/progress";
import type { ImageOnHypervisor, Platform } from "./platform";
import { ensureServerImages } from "./server-images";

/**
 * What the servers are built on, from the settings and, for the private hypervisor, from the file that ./lab names in
 * KVMLAB_HYPERVISOR. Undefined when the machines exist already.
 *
 * @throws LabError KVM-103 without a private hypervisor, KVM-105 when a remote one's acceleration is not said
 */
export async function findPlatform(
  settings: Settings,
  stack: string,
  progress: Progress,
): Promise<Platform | undefined> {
  if (settings.machines === "existing") return undefined;
  return settings.hypervisor === "private" ? privatePlatform() : sharedPlatform(settings, stack, progress);
}

function privatePlatform(): Platform {
  const record = parseHypervisor(hypervisorRecord());
  const { uri, acceleration, warmDisks, warmGuest, ssh } = record;
  const others = Object.entries(record.otherImages).map(([release, image]) => [release, shownThere(image)]);
  return {
    uri,
    acceleration,
    prefix: "",
    isolated: true,
    warmDisks,
    warmGuest,
    image: shownThere(record),
    otherImages: Object.fromEntries(others),
    sshEndpoint: (role) => ssh[role],
  };
}

function shownThere({ baseVolume, kernel, initrd, cmdline }: ImagePaths): ImageOnHypervisor {
  return { kind: "on-hypervisor", volumeId: baseVolume.path, kernel, initrd, cmdline };
}

function hypervisorRecord(): string {
  const path = process.env.KVMLAB_HYPERVISOR;
  try {
    if (path) return readFileSync(path, "utf8");
  } catch {
    // It ended, and its record with it.
  }
  throw new LabError({
    code: "KVM-103",
    expected: "a private hypervisor, started by ./lab (config key hypervisor: private)",
    found: path ? `none: there is no ${path}` : "none: KVMLAB_HYPERVISOR is not set",
    fix: "./lab up; or set hypervisor: qemu:///system in the stack's file to use a libvirt daemon of your own",
  });
}

async function sharedPlatform(settings: Settings, stack: string, progress: Progress): Promise<Platform> {
  // What the settings alone can get wrong is said before anything is downloaded.
  const acceleration = await accelerationOf(settings, progress);
  const { host, otherImages } = await ensureServerImages(settings, progress);
  const uploads = Object.entries(otherImages).map(([release, image]) => [
    release,
    { kind: "upload", ...image },
  ]);
  return {
    uri: settings.hypervisor,
    acceleration,
    prefix: `${stack}-`,
    isolated: false,
    warmDisks: {},
    image: { kind: "upload", ...host },
    otherImages: Object.fromEntries(uploads),
    sshEndpoint: () => undefined,
  };
}

/** `auto` tries KVM where it can be tried: on this machine. */
export async function accelerationOf(settings: Settings, progress: Progress): Promise<"kvm" | "tcg"> {
  if (settings.acceleration !== "auto") return settings.acceleration;
  if (!/^(private|qemu:\/\/\/)/.test(settings.hypervisor)) {
    throw new LabError({
      code: "KVM-105",
      expected: `acceleration: kvm or tcg, for the remote hypervisor ${settings.hypervisor}`,
      found: "acceleration: auto, which can only try this machine",
      fix: "set acceleration in the stack's file",
    });
  }
  return (await accelerationVerdict(progress)).acceleration;
}
