import type { HostFacts } from "../facts/host-facts";
import { pass, ruleOnGuest } from "../rule";

/** Both hosts run the same virtualization software: KVM with KVM. */
export const hypervisorAlike = ruleOnGuest("hypervisor-alike", "KVM-629", ({ type, arch }, facts) => {
  const { guest, source, target } = facts;
  const types = typesFor(target, arch);
  const fits = types.includes(type) || target.guestTypes.length === 0;
  if (source.hypervisor === target.hypervisor && fits)
    return pass(
      `${source.hypervisor} on both; ${target.host} runs ${arch} guests of type ${types.join(", ")}`,
    );
  return {
    host: target.host,
    expected: `${source.hypervisor} on ${target.host}, for an ${arch} guest of type ${type}, as ${guest} is`,
    found: `${target.hypervisor || "another hypervisor"}; types of ${arch} guests: ${types.join(", ") || "none"}`,
    fix:
      type === "kvm"
        ? `on ${target.host}: modprobe kvm_intel or kvm_amd, see that /dev/kvm is there, systemctl restart libvirtd; virt-host-validate qemu says what is missing`
        : `on ${target.host}: install the QEMU for ${arch} guests, then systemctl restart libvirtd`,
  };
});

function typesFor({ guestTypes }: HostFacts, arch: string): string[] {
  return [
    ...new Set(guestTypes.filter((type) => type.arch === arch).flatMap(({ domainTypes }) => domainTypes)),
  ];
}
