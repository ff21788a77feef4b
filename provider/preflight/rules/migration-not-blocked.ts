import { asWord } from "../../host/shell-quote";
import { pass, ruleOnGuest } from "../rule";

/** The guest has nothing that libvirt or QEMU refuses to move, whatever the hosts are. */
export const migrationNotBlocked = ruleOnGuest("migration-not-blocked", "KVM-661", ({ blockers }, facts) => {
  const { guest, source, mode } = facts;
  if (mode === "offline") return pass("an offline move takes the definition");
  if (blockers.length === 0) return pass("nothing that blocks a migration");
  return {
    host: source.host,
    expected: `nothing in the definition of ${guest} that libvirt or QEMU does not move`,
    found: blockers.join("; "),
    fix: `on ${source.host}: virsh edit ${asWord(guest)}, take it out, and virsh shutdown, virsh start; or shut ${guest} down and move it offline`,
  };
});
