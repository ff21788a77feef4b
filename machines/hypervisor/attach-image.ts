import { LabError } from "../../errors/lab-error";
import type { BootableImage, Hypervisor } from "./hypervisor";
import { inHypervisor } from "./hypervisor-exec";
import type { HypervisorFolders } from "./hypervisor-folders";
import {
  type ImageMount,
  imageMounts,
  makeMountPoints,
  mergeMounts,
  readMounts,
  writeMounts,
} from "./image-mounts";
import { askLibvirtd } from "./libvirtd-answer";

/**
 * Shows a running hypervisor one more host image. Those that its machines are made from stay.
 *
 * @throws LabError KVM-319 when the image cannot be mounted or libvirt does not take it up.
 */
export async function attachImage(
  hypervisor: Hypervisor,
  folders: HypervisorFolders,
  image: BootableImage,
): Promise<void> {
  const present = await readMounts(folders);
  const missing = imageMounts(image).filter(({ to }) => present.every((mount) => mount.to !== to));
  if (missing.length === 0) return;
  await makeMountPoints(folders, missing);
  for (const mount of missing) await mountInside(hypervisor, mount);
  await writeMounts(folders, mergeMounts(present, missing));
  const answer = await askLibvirtd(hypervisor.uri, ["pool-refresh", "base"]);
  if (!answer.ok) throw notAttached(hypervisor, answer.text);
}

async function mountInside(hypervisor: Hypervisor, { from, to }: ImageMount): Promise<void> {
  const mount = ["mount", "--bind", "-o", "ro", from, `/var/lib/libvirt/${to}`];
  const { exitCode, stderr } = await inHypervisor(hypervisor, mount);
  if (exitCode !== 0) throw notAttached(hypervisor, stderr);
}

function notAttached({ lab }: Hypervisor, found: string): LabError {
  return new LabError({
    code: "KVM-319",
    expected: `the running hypervisor of lab "${lab}" to take up the new host image`,
    found: found.trim(),
    fix: "./lab down, then ./lab up",
  });
}
