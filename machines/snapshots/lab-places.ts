import { join } from "node:path";

/** Where a save is put together: the lab's own disk, which its libvirtd sees as this machine does. */
export function stagingFolder(labFolder: string): string {
  return join(labFolder, "saving");
}

/** The save that `./lab reset` goes back to: the lab's own, and removed with it. */
export function resetPointFolder(labFolder: string): string {
  return join(labFolder, "reset-point");
}

/** The states before the steps of the exercise that was started in a lab, for `./lab catch-up`: removed with it, and when an exercise starts. */
export function stepStatesFolder(labFolder: string): string {
  return join(labFolder, "step-states");
}
