import { presenceOf } from "../../host/domain-on-host";
import { holds, rule } from "../rule";

/**
 * The target has no guest of that name (rule 5 of the course). The guest's own definition may have stayed there: a move without
 * --undefinesource, as the course types it, leaves it behind, and libvirt takes it up again by its UUID.
 */
export const nameFree = rule("name-free", "KVM-602", ({ guest, onSource, onTarget, target }) => {
  const { host, domains } = target;
  const taken = domains.find(({ name }) => name === guest);
  if (taken === undefined) return holds(`no guest ${guest} on ${host}`);
  const own = taken.uuid === onSource.definition?.uuid && presenceOf(onTarget) === "off";
  if (own) return holds(`its own definition, left on ${host} by an earlier move`);
  return {
    host,
    expected: `no guest ${guest} on ${host}, where it shall be moved to`,
    found: `${guest} (${onTarget.state}, UUID ${taken.uuid})`,
    mend: `if it is not needed, on ${host}: virsh undefine ${guest}; else rename one of the two: virsh domrename`,
  };
});
