import { compareVersions, type Version, versionText } from "../facts/version";
import { pass, ruleOnGuest } from "../rule";

/**
 * The target's libvirt and QEMU are no older than the source's. QEMU's developers keep a guest of
 * a versioned machine type movable both to a newer QEMU and to an older one, and nobody tests each pair of versions ("Backwards compatibility" in
 * QEMU's documentation of migration, cases 5 and 6). OpenStack's conductor refuses an older destination as well (DestinationHypervisorTooOld), and can be told not
 * to: so may this be waived. That the older one knows the machine type at all is machine-type-known's matter.
 */
export const versionCompatible = ruleOnGuest("version-compatible", "KVM-630", (_, { source, target }) => {
  const wrong = [
    older("libvirt", source.libvirtVersion, target.libvirtVersion),
    older(source.hypervisor, source.hypervisorVersion, target.hypervisorVersion),
  ].flat();
  if (wrong.length === 0) {
    const told = (version: Version | undefined) => (version ? versionText(version) : "?");
    const { libvirtVersion, hypervisorVersion, hypervisor } = target;
    return pass(
      `libvirt ${told(libvirtVersion)}, ${hypervisor} ${told(hypervisorVersion)} on ${target.host}`,
    );
  }
  return {
    host: target.host,
    expected: `libvirt and QEMU on ${target.host} that are no older than on ${source.host}`,
    found: wrong.join("; "),
    fix: `on ${target.host}: apt-get install --only-upgrade libvirt-daemon-system qemu-system-x86, or its next release of Debian; a guest may always move to a newer one. Waive it where a move that fails is no harm: the guest stays on ${source.host} then`,
  };
});

function older(what: string, here: Version | undefined, there: Version | undefined): string[] {
  if (here === undefined || there === undefined || !isOlder(there, here)) return [];
  return [`${what} ${versionText(there)} is older than ${versionText(here)}`];
}

/** By release series: a point release fixes faults, and brings neither a machine type nor another format of what is sent. */
export function isOlder(one: Version, than: Version): boolean {
  return compareVersions(one.slice(0, 2), than.slice(0, 2)) < 0;
}
