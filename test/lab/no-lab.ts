import { removeOtherLabs, removeTestLab } from "./fresh-lab";

/** For a file that builds other labs, which need the machine to themselves. `./lab test` runs these files first. */
export async function noLab(): Promise<void> {
  await removeOtherLabs();
  await removeTestLab();
}
