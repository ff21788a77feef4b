import { LabError } from "../../errors/lab-error";
import type { Rule } from "./rule";

/**
 * A guest moves as it is: one that runs, in every way but offline; one that stands still, where nothing has to run before
 * its memory is there (libvirt: "post-copy migration is not supported with non-live or paused migration"); one that is shut
 * off, offline only.
 */
export const guestRunning: Rule = ({ guest, source, mode }) => {
  const state = source.domain?.state;
  const runs = state === "running" || state === "idle";
  if (mode === "offline") {
    return state === "shut off"
      ? undefined
      : wrongWay(source.host, `${guest} to be shut off, to be moved offline`, state);
  }
  if (runs) return undefined;
  if (state === "paused" && (mode === "live" || mode === "paused")) return undefined;
  if (state === "paused") return wrongWay(source.host, `${guest} to be running, for a post-copy move`, state);
  return new LabError({
    code: "KVM-604",
    host: source.host,
    expected: `${guest} to be running, to be moved live`,
    found: `${state} on ${source.host}`,
    mend: `on ${source.host}: virsh domstate ${guest} --reason says why; virsh resume ${guest} lets a paused one go on`,
  });
};

function wrongWay(host: string, expected: string, state: string | undefined): LabError {
  return new LabError({
    code: "KVM-616",
    host,
    expected,
    found: `${state} on ${host}`,
    mend: "set options.mode to what fits: live for one that runs or stands still, offline for one that is shut off",
  });
}
