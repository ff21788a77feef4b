import type { Proof } from "../sdk/migration";
import type { AgentDisk } from "./agent-observation";
import { byAgent, cannotTell, type Evidence, verdict } from "./proof";

const name = "filesystem-clean";

/**
 * The file systems on the guest's disks are as clean as its drivers know: those that were written to still may be, and no error was
 * counted. One whose driver neither counts nor turns it read-only (XFS) leaves it unproved.
 */
export function disksClean(evidence: Evidence): Proof {
  return byAgent(
    name,
    evidence,
    ({ disks }) => disks,
    (before, after) => {
      const pairs = before
        .filter(({ readOnly }) => !readOnly)
        .map((was) => ({ was, is: after.find(({ device }) => device === was.device) }));
      const facts = `${pairs.map(({ was, is }) => (is ? described(is) : `${was.device} not mounted any more`)).join("; ")}, by the guest agent`;
      if (pairs.some(({ was, is }) => is && worse(was, is))) return verdict(name, false, facts);
      if (pairs.length === 0)
        return cannotTell(name, "the guest agent knows of no file system on a disk that may be written to");
      if (pairs.some(({ was }) => (was.errors ?? 0) > 0))
        return cannotTell(name, `before the move already: ${facts}`);
      if (pairs.some(({ is }) => is === undefined || !tells(is)))
        return cannotTell(name, `${facts}; not each of them would show an error`);
      return verdict(name, true, facts);
    },
  );
}

function worse(was: AgentDisk, is: AgentDisk): boolean {
  return is.readOnly || (is.errors ?? 0) > (was.errors ?? 0);
}

function tells({ errors, turnsReadOnly }: AgentDisk): boolean {
  return errors !== null || turnsReadOnly;
}

function described({ device, type, readOnly, errors }: AgentDisk): string {
  const counted = errors === null ? "" : `${errors} errors counted by its driver, `;
  return `${device} (${type}): ${counted}${readOnly ? "read-only" : "writable"}`;
}
