import type { ProbeDisk } from "../host/probe";
import { disksClean } from "./disks-clean";
import { cannotTell, type ProofCheck, verdict } from "./proof";

const name = "filesystem-clean";

/**
 * The file system on the guest's disk is clean: its driver in the guest has counted no error, and has not made it read-only.
 * It speaks of what the driver has come across; to read all of it, as e2fsck does, would need the guest to stand still.
 */
export const filesystemClean: ProofCheck = (evidence) => {
  const { disk: was } = evidence.before;
  const { disk } = evidence.after;
  if (!was || !disk) return disksClean(evidence);
  if (was.errors === null || disk.errors === null)
    return cannotTell(name, "the guest does not tell of its disk's file system");
  if (disk.errors > was.errors || (disk.readOnly && !was.readOnly))
    return verdict(name, false, `${described(disk)}; before the move ${described(was)}`);
  // No doing of the move's, and nothing that would prove it clean.
  if (was.errors > 0 || was.readOnly) return cannotTell(name, `before the move already: ${described(was)}`);
  return verdict(name, true, described(disk));
};

function described({ errors, readOnly }: ProbeDisk): string {
  return `${errors} errors counted by its driver, ${readOnly ? "read-only" : "writable"}`;
}
