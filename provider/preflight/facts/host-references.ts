import { isBehindNetwork, type SecretReference, secretsOf } from "./network-source";
import { numbersIn } from "./number-list";
import type { XmlElement } from "./xml-element";

/** What a guest's definition names of its host's libvirt and processors, and what must be there for it on the target. */
export interface HostReferences {
  /** Keys of an encrypted TPM and of the firmware's variables. Those of disks are evaluated with the disks. */
  readonly secrets: readonly SecretReference[];
  readonly filters: readonly string[];
  /** Security drivers that it has a label of. */
  readonly securityModels: readonly string[];
  readonly emulatedTpm: boolean;
  /** Files of the host's in which it keeps state while it is shut off: the firmware's variables, its emulated TPM's. */
  readonly stateFiles: readonly string[];
  readonly cpus: readonly number[];
  readonly nodes: readonly number[];
}

export function hostReferences(domain: XmlElement): HostReferences {
  const devices = domain.at("devices");
  return {
    secrets: secretsOfFirmware(domain),
    filters: unique(devices.all("interface").flatMap((one) => one.at("filterref").attribute("filter") ?? [])),
    securityModels: unique(domain.all("seclabel").flatMap((label) => label.attribute("model") ?? [])),
    emulatedTpm: emulatedTpms(domain).length > 0,
    stateFiles: stateFilesOf(domain),
    cpus: cpusIn(domain),
    nodes: nodesIn(domain),
  };
}

function emulatedTpms(domain: XmlElement): readonly XmlElement[] {
  const backends = domain
    .at("devices")
    .all("tpm")
    .map((tpm) => tpm.at("backend"));
  return backends.filter((backend) => backend.attribute("type") === "emulator");
}

/** The names that swtpm gives them, in the folder that libvirt gives it. */
function stateFilesOf(domain: XmlElement): string[] {
  const variables = domain.at("os", "nvram");
  const file = variables.text || variables.at("source").attribute("file");
  const folder = `/var/lib/libvirt/swtpm/${domain.at("uuid").text}`;
  const ofTpm = (backend: XmlElement) =>
    backend.attribute("version") === "1.2"
      ? `${folder}/tpm1.2/tpm-00.permall`
      : `${folder}/tpm2/tpm2-00.permall`;
  return [...(file?.startsWith("/") ? [file] : []), ...emulatedTpms(domain).map(ofTpm)];
}

function secretsOfFirmware(domain: XmlElement): SecretReference[] {
  const keys = domain
    .at("devices")
    .all("tpm")
    .flatMap((tpm) => tpm.at("backend", "encryption").attribute("secret") ?? []);
  const variables = domain.at("os", "nvram");
  return [
    ...unique(keys).map((uuid) => ({ uuid })),
    ...(isBehindNetwork(variables) ? [] : secretsOf(variables)),
  ];
}

function cpusIn(domain: XmlElement): number[] {
  const pins = domain.at("cputune").all("vcpupin", "emulatorpin", "iothreadpin");
  const sets = [domain.at("vcpu"), ...pins].map((element) => element.attribute("cpuset"));
  return unique(sets.flatMap(numbersIn));
}

function nodesIn(domain: XmlElement): number[] {
  const tune = domain.at("numatune");
  // Where libvirt chose them, it chooses again.
  const chosen = tune.all("memory", "memnode").filter((one) => one.attribute("placement") !== "auto");
  const memories = domain.at("devices").all("memory");
  return unique([
    ...chosen.flatMap((one) => numbersIn(one.attribute("nodeset"))),
    ...memories.flatMap((memory) => numbersIn(memory.at("source", "nodemask").text)),
  ]);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
