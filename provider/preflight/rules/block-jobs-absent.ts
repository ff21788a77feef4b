import { asWord } from "../../host/shell-quote";
import { pass, rule } from "../rule";

/** No disk of the guest is being copied, committed or pulled: libvirt moves no guest with an active block job. */
export const blockJobsAbsent = rule("block-jobs-absent", "KVM-664", ({ guest, source, blockJobs }) => {
  const [first] = blockJobs;
  if (first === undefined) return pass(`no block job on ${guest}`);
  return {
    host: source.host,
    expected: `no block job on ${guest}`,
    found: blockJobs.map(({ disk, words }) => `${disk}: ${words}`).join("; "),
    fix: `wait for its end (on ${source.host}: virsh blockjob ${asWord(guest)} ${first.disk} --info), or virsh blockjob ${asWord(guest)} ${first.disk} --abort; a copy that is ready ends by --pivot or --abort`,
  };
});
