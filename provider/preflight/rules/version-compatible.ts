import { compareVersions, type Version, versionText } from "../facts/version";
import { pass, ruleOnGuest } from "../rule";

/** The target's libvirt and QEMU are no older than the source's, and know the guest's machine type. */
export const versionCompatible = ruleOnGuest(
  "version-compatible",
  "KVM-630",
  ({ machine, arch }, { source, target }) => {
    const types = target.guestTypes.filter((type) => type.arch === arch);
    const unknownMachine = types.length > 0 && !types.some(({ machines }) => machines.has(machine));
    const wrong = [
      older("libvirt", source.libvirtVersion, target.libvirtVersion),
      older(source.hypervisor, source.hypervisorVersion, target.hypervisorVersion),
      unknownMachine ? `machine type ${machine} is not known` : [],
    ].flat();
    if (wrong.length === 0) {
      const told = (version: Version | undefined) => (version ? versionText(version) : "?");
      const { libvirtVersion, hypervisorVersion, hypervisor } = target;
      return pass(
        `libvirt ${told(libvirtVersion)}, ${hypervisor} ${told(hypervisorVersion)} on ${target.host}; ${machine} is known`,
      );
    }
    return {
      host: target.host,
      expected: `libvirt, QEMU and machine types on ${target.host} that are no older than on ${source.host}`,
      found: wrong.join("; "),
      fix: `on ${target.host}: apt-get install --only-upgrade libvirt-daemon-system qemu-system-x86; a guest may always move to a newer one`,
    };
  },
);

function older(what: string, here: Version | undefined, there: Version | undefined): string[] {
  if (here === undefined || there === undefined || compareVersions(there, here) >= 0) return [];
  return [`${what} ${versionText(there)} is older than ${versionText(here)}`];
}
