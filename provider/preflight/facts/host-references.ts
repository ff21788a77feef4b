import { numbersIn } from "./number-list";
import type { XmlElement } from "./xml-element";

/** A secret of libvirt's, by the one or the other. */
export interface SecretReference {
  readonly uuid: string | undefined;
  readonly usage: string | undefined;
}

/** What a guest's definition names of its host's libvirt and processors, and what must be there for it on the target. */
export interface HostReferences {
  /** Keys of encrypted disks and TPMs. Those of network disks are judged with them. */
  readonly secrets: readonly SecretReference[];
  readonly filters: readonly string[];
  /** Security drivers that it has a label of. */
  readonly securityModels: readonly string[];
  readonly emulatedTpm: boolean;
  readonly cpus: readonly number[];
  readonly nodes: readonly number[];
}

export function hostReferences(domain: XmlElement): HostReferences {
  const devices = domain.at("devices");
  return {
    secrets: secretsIn(domain),
    filters: unique(devices.all("interface").flatMap((one) => one.at("filterref").attribute("filter") ?? [])),
    securityModels: unique(domain.all("seclabel").flatMap((label) => label.attribute("model") ?? [])),
    emulatedTpm: devices.all("tpm").some((tpm) => tpm.at("backend").attribute("type") === "emulator"),
    cpus: cpusIn(domain),
    nodes: nodesIn(domain),
  };
}

function secretsIn(element: XmlElement): SecretReference[] {
  if (element.name === "encryption") {
    const own = element.attribute("secret");
    const inside = element
      .all("secret")
      .map((secret) => ({ uuid: secret.attribute("uuid"), usage: secret.attribute("usage") }));
    return own === undefined ? inside : [{ uuid: own, usage: undefined }, ...inside];
  }
  return element.elements.flatMap(secretsIn);
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
