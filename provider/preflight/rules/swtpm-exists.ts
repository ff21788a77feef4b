import { pass, ruleOnGuest } from "../rule";

/** The target has the program that emulates the guest's TPM. */
export const swtpmExists = ruleOnGuest("swtpm-exists", "KVM-672", ({ references }, { guest, target }) => {
  if (!references.emulatedTpm) return pass(`${guest} has no emulated TPM`);
  if (target.hasSwtpm) return pass(`swtpm on ${target.host}`);
  return {
    host: target.host,
    expected: `swtpm on ${target.host}, which emulates the TPM of ${guest}`,
    found: "no swtpm in the path",
    fix: `on ${target.host}: apt-get install swtpm swtpm-tools (dnf install swtpm swtpm-tools), then systemctl restart libvirtd`,
  };
});
