import { rm } from "node:fs/promises";
import { labDir } from "../cache";
import { type BootableImage, type Hypervisor, startHypervisor, stopHypervisor } from "../hypervisor";

/**
 * Does `work` in a private hypervisor that is there for nothing else, and ends it with all that is in it: also when this process
 * is ended meanwhile by Ctrl-C. What is left of one whose process was killed is cleared away first.
 */
export async function inOwnHypervisor(
  lab: string,
  host: BootableImage,
  acceleration: "kvm" | "tcg",
  work: (hypervisor: Hypervisor) => Promise<void>,
): Promise<void> {
  const clear = async () => {
    await stopHypervisor(lab);
    await rm(labDir(lab), { recursive: true, force: true });
  };
  await clear();
  let endAtOnce = () => {};
  try {
    const hypervisor = await startHypervisor(lab, { host }, acceleration, () => undefined);
    endAtOnce = () => void process.kill(hypervisor.pid, "SIGKILL");
    process.once("exit", endAtOnce);
    await work(hypervisor);
  } finally {
    process.off("exit", endAtOnce);
    await clear();
  }
}
