import { asWord } from "../../host/shell-quote";
import { pass, rule } from "../rule";

/** The guest has no snapshots: libvirt moves none that has, because it does not carry their descriptions along. */
export const snapshotsAbsent = rule("snapshots-absent", "KVM-662", ({ guest, source, onSource }) => {
  const { snapshots } = onSource;
  if (snapshots.length === 0) return pass(`no snapshot of ${guest}`);
  return {
    host: source.host,
    expected: `no snapshot of ${guest}, which libvirt would not carry along`,
    found: snapshots.join(", "),
    fix: `on ${source.host}: virsh snapshot-dumpxml ${asWord(guest)} NAME > NAME.xml keeps each description; virsh snapshot-delete ${asWord(guest)} NAME --metadata takes it from libvirt and leaves the content in the disk; after the move, on the target: virsh snapshot-create ${asWord(guest)} NAME.xml --redefine`,
  };
});
