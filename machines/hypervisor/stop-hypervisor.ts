import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Progress } from "../../toolchain/progress";
import { endProcess, readIdentity } from "./first-process";
import { hypervisorFolders } from "./hypervisor-folders";
import { withHypervisorLock } from "./hypervisor-lock";

/**
 * Ends the lab's hypervisor with everything in it, machines and network included, and removes their disks and
 * all other files of it. Does nothing when there is none; finishes what an earlier stop or a crash left.
 *
 * @throws LabError KVM-315 when another ./lab is at it, KVM-317 when something in it does not end.
 */
export async function stopHypervisor(lab: string, progress: Progress = () => undefined): Promise<void> {
  const { root, record, firstProcess } = hypervisorFolders(lab);
  if (!existsSync(root) && !existsSync(record)) return;
  const onWait = () => progress("waiting for another ./lab that starts or stops this lab's hypervisor");
  await withHypervisorLock(lab, onWait, async () => {
    const identity = await readIdentity(firstProcess);
    if (identity !== undefined) await endProcess(identity);
    await rm(record, { force: true });
    // Nothing is mounted here as the machine sees it: the mounts were in the namespace that is gone.
    await rm(root, { recursive: true, force: true });
  });
}
