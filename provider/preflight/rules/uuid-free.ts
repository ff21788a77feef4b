import { holds, ruleOnGuest } from "../rule";

/** No other guest of the target has the guest's UUID: libvirt would take the two for one. */
export const uuidFree = ruleOnGuest("uuid-free", "KVM-628", ({ uuid }, { guest, target }) => {
  const taken = target.domains.find((domain) => domain.uuid === uuid && domain.name !== guest);
  if (taken === undefined) return holds(`${uuid} is no other guest's on ${target.host}`);
  return {
    host: target.host,
    expected: `the UUID of ${guest}, ${uuid}, to be free on ${target.host}`,
    found: `it is that of ${taken.name}: one was copied from the other's definition`,
    mend: `on ${target.host}: virsh dumpxml --inactive ${taken.name} > guest.xml; take the <uuid> line out; virsh undefine ${taken.name}; virsh define guest.xml`,
  };
});
