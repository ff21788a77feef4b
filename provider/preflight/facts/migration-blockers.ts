import type { XmlElement } from "./xml-element";

/** What of a guest's definition libvirt or QEMU does not move, whatever the hosts are, in words. */
export function migrationBlockers(domain: XmlElement): string[] {
  return [...ofProcessor(domain), ...ofMemory(domain), ...ofDevices(domain.at("devices"))];
}

function ofProcessor(domain: XmlElement): string[] {
  const cpu = domain.at("cpu");
  const tsc = domain
    .at("clock")
    .all("timer")
    .find((timer) => timer.attribute("name") === "tsc");
  const hasInvariantTsc = cpu
    .all("feature")
    .some(
      (feature) =>
        feature.attribute("name") === "invtsc" &&
        !["disable", "forbid"].includes(feature.attribute("policy") ?? "require"),
    );
  return [
    ...(hasInvariantTsc && tsc?.attribute("frequency") === undefined
      ? ["the processor's feature invtsc without a frequency of its TSC"]
      : []),
    ...(cpu.attribute("migratable") === "off" ? ["<cpu migratable='off'>"] : []),
    ...(domain.at("features", "hyperv").attribute("mode") === "passthrough"
      ? ["<hyperv mode='passthrough'>"]
      : []),
  ];
}

function ofMemory(domain: XmlElement): string[] {
  const security = domain.at("launchSecurity");
  const models = domain
    .at("devices")
    .all("memory")
    .flatMap((memory) => memory.attribute("model") ?? []);
  return [
    ...(security.exists ? [`encrypted memory (launchSecurity ${security.attribute("type") ?? ""})`] : []),
    ...(models.includes("sgx-epc") ? ["memory of an SGX enclave (sgx-epc)"] : []),
  ];
}

function ofDevices(devices: XmlElement): string[] {
  return devices.all().flatMap((device) => ofDevice(device) ?? []);
}

function ofDevice(device: XmlElement): string | undefined {
  const type = device.attribute("type");
  switch (device.name) {
    case "disk":
      return device.at("transient").exists
        ? `a transient disk (${device.at("target").attribute("dev") ?? "?"})`
        : undefined;
    case "interface":
      return type === "vdpa" ? "a vDPA network card" : undefined;
    case "shmem":
      return device.attribute("role") === "master"
        ? undefined
        : `memory shared with others (shmem ${device.attribute("name") ?? ""})`;
    case "video":
      return device.at("model", "acceleration").attribute("accel3d") === "yes"
        ? "a graphics card with 3D acceleration (virgl)"
        : undefined;
    default:
      return undefined;
  }
}
