import { asWord } from "../../host/shell-quote";
import { pass, rule } from "../rule";

/** libvirt does one job on a guest at a time: somebody else's move, save or dump goes first. */
export const noJob = rule("no-job", "KVM-608", ({ guest, source, onSource }) => {
  const job = onSource.runningJob;
  if (job === undefined) return pass(`no job on ${guest}`);
  return {
    host: source.host,
    expected: `no job on ${guest}`,
    found: `one is going on (domjobinfo: ${job})`,
    fix: `wait for its end (on ${source.host}: virsh domjobinfo ${asWord(guest)}), or abort it: virsh domjobabort ${asWord(guest)}`,
  };
});
