import { asWord } from "../../host/shell-quote";
import { pass, ruleOnGuest, skipped } from "../rule";

/** The target has the security drivers that the guest's kept definition has labels of. What libvirt gave the running one by itself it leaves behind. */
export const securityModelsExist = ruleOnGuest("security-models-exist", "KVM-671", (_definition, facts) => {
  const { guest, source, target, onSource } = facts;
  const models = onSource.inactive?.references.securityModels ?? [];
  if (target.securityModels.length === 0)
    return skipped(`libvirt on ${target.host} names no security driver`);
  const missing = models.filter((model) => model !== "none" && !target.securityModels.includes(model));
  if (missing.length === 0) return pass(models.join(", ") || "no label of its own");
  return {
    host: target.host,
    expected: `the security driver ${missing.join(", ")} on ${target.host}, of which ${guest} has a label`,
    found: `virsh capabilities there: ${target.securityModels.join(", ")}`,
    fix: `on ${source.host}: virsh edit ${asWord(guest)}, take <seclabel model='${missing[0]}'> out; or switch the driver on in /etc/libvirt/qemu.conf of ${target.host}`,
  };
});
