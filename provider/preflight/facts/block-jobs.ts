import type { GuestDisk } from "./guest-disk";
import type { BlockJob } from "./move-facts";

/** Reads `virsh blockjob --info` of disks, side by side with them: a copy and a commit stand in the definition too. */
export function blockJobsOf(disks: readonly GuestDisk[], answers: readonly string[]): BlockJob[] {
  return disks.flatMap(({ name, mirrored }, index) => {
    const told = /^\s*((?:Block|Active Block|Unknown).*?)\s*$/m.exec(answers[index] ?? "")?.[1];
    if (told !== undefined) return [{ disk: name, words: told }];
    return mirrored ? [{ disk: name, words: "a copy or commit (<mirror>)" }] : [];
  });
}
