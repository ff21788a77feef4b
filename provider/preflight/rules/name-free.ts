import { presenceOf } from "../../host/domain-on-host";
import { asWord } from "../../host/shell-quote";
import { nameOnTarget } from "../facts/move-facts";
import { pass, rule } from "../rule";

/**
 * The target has no guest of the name that the guest will have there. The guest's own definition may have
 * stayed there: a move without --undefinesource leaves it behind, and libvirt takes it up again by its UUID.
 */
export const nameFree = rule("name-free", "KVM-602", (facts) => {
  const { guest, onSource, onTarget, target, newName } = facts;
  const { host, domains } = target;
  const name = nameOnTarget(facts);
  const taken = domains.find((domain) => domain.name === name);
  if (taken === undefined) return pass(`no guest ${name} on ${host}`);
  const itself = taken.uuid === onSource.definition?.uuid;
  if (itself && presenceOf(onTarget) === "off")
    return pass(`its own definition, left on ${host} by an earlier move`);
  // The target was asked for the state of the guest as it was given, by its UUID perhaps: that is not its namesake's.
  const state = itself || guest === name ? `${onTarget.state}, ` : "";
  return {
    host,
    expected: `no guest ${name} on ${host}, where it should be moved to`,
    found: `${name} (${state}UUID ${taken.uuid})`,
    fix: `if it is not needed, on ${host}: virsh undefine ${asWord(name)}; else ${newName === undefined ? "rename one of the two: virsh domrename" : "take another newName"}`,
  };
});
