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
  readonly arch: string;
  readonly guestTypes: readonly GuestType[];
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
  return { arch: capabilities?.at("host", "cpu", "arch").text ?? "", guestTypes };
}
