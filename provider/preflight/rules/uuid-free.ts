import { isUuid } from "../../host/domain-name";
import { presenceOf } from "../../host/domain-on-host";
import { asWord } from "../../host/shell-quote";
import { nameOnTarget } from "../facts/move-facts";
import { pass, ruleOnGuest } from "../rule";

/**
 * No guest of another name on the target has the guest's UUID: libvirt would take the two for one, and refuse the second name. It
 * may be the guest's own definition, left there under an earlier name.
 */
export const uuidFree = ruleOnGuest("uuid-free", "KVM-628", ({ uuid }, facts) => {
  const { guest, target } = facts;
  const taken = target.domains.find((domain) => domain.uuid === uuid && domain.name !== nameOnTarget(facts));
  if (taken === undefined) return pass(`${uuid} is no other guest's on ${target.host}`);
  const copied = {
    found: `it is that of ${taken.name}: one was copied from the other's definition`,
    fix: `on ${target.host}: virsh dumpxml --inactive ${asWord(taken.name)} > guest.xml; take the <uuid> line out; virsh undefine ${asWord(taken.name)}; virsh define guest.xml`,
  };
  const left = {
    found: `it is that of ${taken.name}: its own definition, left there under an earlier name, or another guest's`,
    fix: `where it is its own, on ${target.host}: virsh undefine ${asWord(taken.name)}`,
  };
  const mayBeLeft = isUuid(guest) && presenceOf(facts.onTarget) === "off";
  return {
    host: target.host,
    expected: `the UUID of ${guest}, ${uuid}, to be free on ${target.host}`,
    ...(mayBeLeft ? left : copied),
  };
});
