import { rm } from "node:fs/promises";
import { labDir } from "../../../toolchain/cache";
import { type Hypervisor, startHypervisor, stopHypervisor } from "../../hypervisor";
import type { HypervisorContent } from "../../hypervisor/start-hypervisor";

/** What it is there to boot, and the key of what comes of it. */
type Purpose = `hosts-${string}`;

/**
 * Does `work` in a private hypervisor that is there for nothing else, and ends it with all that is in it: also when this process
 * is killed meanwhile. Its files are cleared away then by the next one for the same purpose, or by `./lab clean`.
 */
export async function inOwnHypervisor(
  purpose: Purpose,
  content: HypervisorContent,
  acceleration: "kvm" | "tcg",
  work: (hypervisor: Hypervisor) => Promise<void>,
): Promise<void> {
  const lab = `booting-${purpose}`;
  await clearOwnHypervisor(lab);
  try {
    await work(await startHypervisor(lab, content, acceleration, () => undefined, "as long as we"));
  } finally {
    await clearOwnHypervisor(lab);
  }
}

/** Whether a lab's name is that of such a hypervisor: no stack is called so by chance. */
export function isOwnHypervisor(lab: string): boolean {
  return /^booting-hosts-[0-9a-f]{16}$/.test(lab);
}

export async function clearOwnHypervisor(lab: string): Promise<void> {
  await stopHypervisor(lab);
  await rm(labDir(lab), { recursive: true, force: true });
}
