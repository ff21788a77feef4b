import { LabError } from "../../errors/lab-error";
import type { Rule } from "./rule";

/** libvirt does one job on a guest at a time: somebody else's move, save or dump goes first. */
export const noJob: Rule = ({ guest, source }) => {
  const job = source.domain?.runningJob;
  if (job === undefined) return undefined;
  return new LabError({
    code: "KVM-608",
    host: source.host,
    expected: `no job on ${guest}`,
    found: `one is going on (domjobinfo: ${job})`,
    mend: `wait for its end (on ${source.host}: virsh domjobinfo ${guest}), or abort it: virsh domjobabort ${guest}`,
  });
};
