import type { XmlElement } from "./xml-element";

/** What of a host's own a guest holds, by the elements below `<devices>`. Media in drives are evaluated with the storage. */
export function unmovableDevices(devices: XmlElement): string[] {
  return devices.all().flatMap((device) => describeDevice(device) ?? []);
}

function describeDevice(device: XmlElement): string | undefined {
  const type = device.attribute("type") ?? "";
  switch (device.name) {
    case "hostdev":
      if (isTransient(device)) return undefined;
      return `a device of the host (hostdev, ${type || "unknown"}${addressOf(device)})`;
    case "interface":
      return type === "hostdev" && !isTransient(device)
        ? `a network card of the host (hostdev${addressOf(device)})`
        : undefined;
    case "filesystem":
      return `a folder of the host (filesystem ${device.at("driver").attribute("type") ?? type}, ${device.at("source").attribute("dir") ?? "?"})`;
    case "graphics":
      return type === "sdl" || type === "desktop" ? `a window on the host's screen (${type})` : undefined;
    case "smartcard":
      return device.attribute("mode")?.startsWith("host") ? "a smartcard of the host" : undefined;
    case "tpm":
      // The state of an emulated one travels with QEMU's own.
      return device.at("backend").attribute("type") === "passthrough" ? "the host's TPM" : undefined;
    case "input":
      return type === "passthrough" || type === "evdev" ? `an input device of the host (${type})` : undefined;
    case "serial":
    case "parallel":
      return type === "dev"
        ? `a port of the host (${device.name} ${device.at("source").attribute("path") ?? ""})`
        : undefined;
    default:
      return undefined;
  }
}

/** The half of a pair that libvirt takes away for the move, and gives back afterwards. */
function isTransient(device: XmlElement): boolean {
  return device.at("teaming").attribute("type") === "transient";
}

function addressOf(device: XmlElement): string {
  const address = device.at("source", "address");
  const parts = ["domain", "bus", "slot", "function"].flatMap((part) => address.attribute(part) ?? []);
  return parts.length === 0 ? "" : ` ${parts.map((part) => part.replace(/^0x/, "")).join(":")}`;
}
