import { LabError } from "../../errors/lab-error";
import { presenceOf } from "../host/domain-on-host";
import type { Rule } from "./rule";

/**
 * The target has no guest of that name (rule 5 of the course). The guest's own definition may have stayed there: a move without
 * --undefinesource, as the course types it, leaves it behind, and libvirt takes it up again by its UUID.
 */
export const nameFree: Rule = ({ guest, source, target }) => {
  const { domain, host } = target;
  if (domain === undefined) return undefined;
  if (domain.uuid === source.domain?.uuid && presenceOf(domain) === "off") return undefined;
  return new LabError({
    code: "KVM-602",
    host,
    expected: `no guest ${guest} on ${host}, where it shall be moved to`,
    found: `${guest} (${domain.state}, UUID ${domain.uuid})`,
    mend: `if it is not needed, on ${host}: virsh undefine ${guest}; else rename one of the two: virsh domrename`,
  });
};
