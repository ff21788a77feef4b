import type { HostImages } from "../machines/hypervisor/hypervisor";
import { ensureConfiguredImage, ensureHostImage, type HostImage } from "../machines/images";
import type { Settings } from "../stacks/schema";
import { defaultRelease, type Release } from "../stacks/topology/releases";
import { topologyOf } from "../stacks/topology/topology";
import type { Progress } from "../toolchain/progress";

/** The images that a lab's servers are built from: the configured one, and one for each release that another one does not have. */
export interface ServerImages extends HostImages {
  readonly host: HostImage;
  readonly otherImages: Readonly<Partial<Record<Release, HostImage>>>;
}

/**
 * Makes them where they are missing.
 *
 * @throws LabError as ensureConfiguredImage and ensureHostImage
 */
export async function ensureServerImages(settings: Settings, progress: Progress): Promise<ServerImages> {
  const host = await ensureConfiguredImage(settings, progress);
  const others: [Release, HostImage][] = [];
  for (const release of otherReleases(settings))
    others.push([release, await ensureHostImage(progress, release)]);
  return { host, otherImages: Object.fromEntries(others) };
}

/** The image of a release. */
export function imageOf({ host, otherImages }: ServerImages, release: Release): HostImage {
  return otherImages[release] ?? host;
}

function otherReleases(settings: Settings): Release[] {
  const used = topologyOf(settings).servers.flatMap(({ release }) => release ?? []);
  return [...new Set(used)].filter((release) => release !== defaultRelease);
}
