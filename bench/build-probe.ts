import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { guestRecipe, probeSources } from "../machines/images/guest-initrd";

/** The guest's probe as a program of this machine. */
export function buildProbe(folder: string): string {
  const program = join(folder, "probe");
  execFileSync("gcc", [
    "-Os",
    "-pthread",
    "-o",
    program,
    ...probeSources.map((file) => join(guestRecipe, file)),
  ]);
  return program;
}
