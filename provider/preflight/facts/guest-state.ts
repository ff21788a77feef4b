import { parseRunningJob } from "../../host/job-text";
import { linesOf } from "../../host/sections";
import { parseGuestDefinition } from "./guest-definition";
import type { GuestFacts } from "./move-facts";

/** Reads `domstate --reason` (`paused (user)`), `domjobinfo`, `dumpxml` and `dumpxml --inactive` of one look. */
export function parseGuestFacts(sections: ReadonlyMap<string, string>): GuestFacts {
  const state = /^(.*?)\s*(?:\(([^()]*)\))?$/.exec(linesOf(sections.get("state"))[0] ?? "");
  return {
    state: state?.[1] ?? "",
    reason: state?.[2] ?? "",
    runningJob: parseRunningJob(sections.get("job") ?? ""),
    definition: parseGuestDefinition(sections.get("definition")),
    snapshots: linesOf(sections.get("snapshots")),
    checkpoints: linesOf(sections.get("checkpoints")),
    inactive: parseGuestDefinition(sections.get("xml")),
  };
}
