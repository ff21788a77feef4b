import { LabError } from "../../errors/lab-error";
import type { Rule } from "./rule";

/** A live move takes a guest that runs. */
export const guestRunning: Rule = ({ guest, source }) => {
  const state = source.domain?.state;
  if (state === "running" || state === "idle") return undefined;
  return new LabError({
    code: "KVM-604",
    host: source.host,
    expected: `${guest} to be running, to be moved live`,
    found: `${state} on ${source.host}`,
    mend: `on ${source.host}: virsh domstate ${guest} --reason says why; virsh resume ${guest} lets a paused one go on`,
  });
};
