import { parseGuestDefinition } from "../preflight/facts/guest-definition";
import { readXml } from "../preflight/facts/xml-element";

/**
 * What of a guest that is there is not as its program has it, in words: what it is called, its memory, processors, disks and networks. What
 * libvirt adds by itself (addresses, controllers, machine versions) does not count.
 */
export function definitionDifferences(wanted: string, there: string): string[] {
  const [want, have] = [factsOf(wanted), factsOf(there)];
  if (want === undefined || have === undefined) return ["its definition cannot be read"];
  return Object.entries(want).flatMap(([what, value]) =>
    have[what] === value ? [] : [`${what}: ${value || "none"} in the program, ${have[what] || "none"} there`],
  );
}

/** `&#x3D;` is an equals sign: whoever writes XML may write any character so. Those that mean something to XML stay as they are. */
function plain(xml: string): string {
  return xml.replace(/&#x([0-9a-f]+);/gi, (entity, code) => {
    const character = String.fromCodePoint(Number.parseInt(code, 16));
    return /[<>&"']/.test(character) ? entity : character;
  });
}

function factsOf(written: string): Readonly<Record<string, string>> | undefined {
  const xml = plain(written);
  const definition = parseGuestDefinition(xml);
  if (definition === undefined) return undefined;
  const { name, uuid, arch, memoryKiB, disks, interfaces } = definition;
  return {
    name,
    uuid: uuid.toLowerCase(),
    // Left out, it is the host's own.
    ...(arch === "" ? {} : { architecture: arch }),
    "memory in KiB": String(memoryKiB),
    processors: readXml(xml)?.at("vcpu").text || "1",
    "kernel command line": readXml(xml)?.at("os", "cmdline").text ?? "",
    disks: sorted(disks.map((disk) => `${disk.name} ${disk.path}`)),
    networks: sorted(interfaces.map(({ kind, to }) => `${kind} ${to}`)),
  };
}

function sorted(all: readonly string[]): string {
  return [...all].sort().join(", ");
}
