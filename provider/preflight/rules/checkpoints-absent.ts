import { asWord } from "../../host/shell-quote";
import { pass, rule } from "../rule";

/** The guest has no checkpoints: libvirt leaves their descriptions behind, and the next incremental backup does not find its base. */
export const checkpointsAbsent = rule("checkpoints-absent", "KVM-663", ({ guest, source, onSource }) => {
  const { checkpoints } = onSource;
  if (checkpoints.length === 0) return pass(`no checkpoint of ${guest}`);
  return {
    host: source.host,
    expected: `no checkpoint of ${guest}: libvirt leaves it behind, and the next incremental backup finds no base`,
    found: checkpoints.join(", "),
    fix: `on ${source.host}: virsh checkpoint-dumpxml ${asWord(guest)} NAME > NAME.xml keeps each; virsh checkpoint-delete ${asWord(guest)} NAME --metadata; after the move, on the target: virsh checkpoint-create ${asWord(guest)} NAME.xml --redefine. Where the backup program does that by itself, waive KVM-663`,
  };
});
