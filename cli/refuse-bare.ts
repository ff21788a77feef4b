import { LabError } from "../errors/lab-error";
import type { Settings } from "../stacks/schema";
import type { LabStack } from "./lab-stack";

/**
 * For commands that move a guest of the lab's: they would set up a bare lab, and so do the student's work.
 *
 * @param command as it was typed
 * @throws LabError KVM-956 when the lab is bare
 */
export function refuseBare(
  { name }: Pick<LabStack, "name">,
  start: Settings["start"] | undefined,
  command: string,
): void {
  if (start !== "bare") return;
  throw new LabError({
    code: "KVM-956",
    expected: `a guest of the lab ${name} for ${command}`,
    found: "the lab is bare: a guest in it is its user's, and the lab does not move it",
    fix: `./lab up ${name} -c start=ready takes over what was set up by hand; then ${command}`,
  });
}
