import type { XmlElement } from "./xml-element";

/** What of a host's own a guest holds, by the elements below `<devices>`. Media in drives are evaluated with the storage. */
export function unmovableDevices(devices: XmlElement): string[] {
  return devices.all().flatMap((device) => describeDevice(device) ?? []);
}

function describeDevice(device: XmlElement): string | undefined {
  const type = device.attribute("type") ?? "";
  switch (device.name) {
    case "hostdev":
      return `a device of the host (hostdev, ${type || "unknown"}${addressOf(device)})`;
    case "interface":
      return type === "hostdev" ? `a network card of the host (hostdev${addressOf(device)})` : undefined;
    case "filesystem":
      return `a folder of the host (filesystem ${device.at("driver").attribute("type") ?? type}, ${device.at("source").attribute("dir") ?? "?"})`;
    case "shmem":
      return device.attribute("role") === "master"
        ? undefined
        : `memory shared on the host (shmem ${device.attribute("name") ?? ""})`;
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

function addressOf(device: XmlElement): string {
  const address = device.at("source", "address");
  const parts = ["domain", "bus", "slot", "function"].flatMap((part) => address.attribute(part) ?? []);
  return parts.length === 0 ? "" : ` ${parts.map((part) => part.replace(/^0x/, "")).join(":")}`;
}
