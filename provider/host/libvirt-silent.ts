import { ProviderError } from "../errors/provider-error";

/** A host's libvirt gives no answer, or none that is whole. */
export function libvirtSilent(host: string, found: string): ProviderError {
  return new ProviderError({
    code: "KVM-610",
    host,
    expected: "virsh list --all to answer",
    found,
    fix: `on ${host}: systemctl restart libvirtd; journalctl -u libvirtd -n 20`,
  });
}
