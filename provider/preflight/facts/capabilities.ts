import { linesOf } from "../../host/sections";
import { readXml } from "./xml-element";

/** One kind of guest that a host can run. */
export interface GuestType {
  readonly arch: string;
  /** `qemu`, `kvm`. */
  readonly domainTypes: readonly string[];
  /** Machine types by all their names. */
  readonly machines: ReadonlySet<string>;
}

/** Reads `virsh capabilities`: what the host is, and what it can run. */
export function parseCapabilities(section: string | undefined): {
  /** By which libvirt tells hosts apart; empty where it is not told. */
  readonly uuid: string;
  readonly arch: string;
  readonly guestTypes: readonly GuestType[];
  /** `apparmor`, `selinux`, `dac`. */
  readonly securityModels: readonly string[];
} {
  const capabilities = readXml(linesOf(section).join("\n"));
  const guestTypes = (capabilities?.all("guest") ?? []).map((guest) => {
    const arch = guest.at("arch");
    const domains = arch.all("domain");
    const machines = [arch, ...domains].flatMap((parent) => parent.all("machine"));
    return {
      arch: arch.attribute("name") ?? "",
      domainTypes: domains.flatMap((domain) => domain.attribute("type") ?? []),
      machines: new Set(
        machines.flatMap(({ text, attributes }) => [text, attributes.get("canonical") ?? text]),
      ),
    };
  });
  const host = capabilities?.at("host");
  return {
    uuid: host?.at("uuid").text ?? "",
    arch: host?.at("cpu", "arch").text ?? "",
    guestTypes,
    securityModels: (host?.all("secmodel") ?? []).map((model) => model.at("model").text),
  };
}
