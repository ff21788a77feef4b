/**
 * What of libvirt's definitions a lab has. Whatever else stands in one of an imported save would be started, opened or written by a libvirtd that is
 * root here: each is told in words.
 */
import { readXml, type XmlElement } from "kvmlab-provider/preflight/facts/xml-element";

const inDomain = words(`
  domain name uuid memory currentMemory vcpu os type kernel initrd cmdline boot features acpi apic pae tcg tb-cache cpu feature
  model topology clock timer on_poweroff on_reboot on_crash pm suspend-to-mem suspend-to-disk devices emulator disk driver source target alias
  backingStore format address controller interface mac serial console input audio memballoon stats watchdog`);
const inNetwork = words(
  "network name uuid forward nat port bridge mac domain dns ip dhcp range host address",
);
const inPool = words(
  "pool name uuid capacity allocation available source target path permissions mode owner group label",
);

/** Programs of a distribution, as libvirt names them. */
const emulators = /^\/usr\/(bin|libexec)\/(qemu-system-[a-z0-9_]+|qemu-kvm)$/;
/** What the hypervisor has of its own, and a machine's terminal. */
const ownPaths = /^(\/var\/lib\/libvirt\/(images|boot)\/|\/dev\/pts\/\d+$)/;
/** Of these elements a lab has one kind. */
const kinds: Readonly<Record<string, { readonly attribute: string; readonly allowed: RegExp }>> = {
  domain: { attribute: "type", allowed: /^(qemu|kvm)$/ },
  disk: { attribute: "type", allowed: /^(volume|file)$/ },
  interface: { attribute: "type", allowed: /^network$/ },
  serial: { attribute: "type", allowed: /^pty$/ },
  console: { attribute: "type", allowed: /^pty$/ },
  // Other formats name more files than one.
  driver: { attribute: "type", allowed: /^(raw|qcow2)$/ },
  format: { attribute: "type", allowed: /^(raw|qcow2|dir)$/ },
  forward: { attribute: "mode", allowed: /^nat$/ },
  pool: { attribute: "type", allowed: /^dir$/ },
};

export function foreignInDomain(xml: string): string[] {
  return foreignIn(xml, "domain", inDomain);
}

export function foreignInNetwork(xml: string): string[] {
  return foreignIn(xml, "network", inNetwork);
}

export function foreignInPool(xml: string): string[] {
  return foreignIn(xml, "pool", inPool);
}

function foreignIn(xml: string, root: string, names: ReadonlySet<string>): string[] {
  const element = readXml(xml);
  return element?.name === root ? [...new Set(complaints(element, names))] : [`no ${root}`];
}

function complaints(element: XmlElement, names: ReadonlySet<string>): string[] {
  const { name, attributes, text } = element;
  if (!names.has(name)) return [`<${name}>`];
  const kind = kinds[name];
  const given = kind && attributes.get(kind.attribute);
  return [
    ...(kind && given !== undefined && !kind.allowed.test(given)
      ? [`<${name} ${kind.attribute}='${given}'>`]
      : []),
    ...[...attributes.keys()]
      .filter((key) => key.includes(":") || key === "xmlns")
      .map((key) => `${key} in <${name}>`),
    ...(name === "emulator"
      ? emulators.test(text)
        ? []
        : [`<emulator>${text}`]
      : [...attributes.values(), ...(name === "cmdline" ? [] : [text])]
          .filter(isForeignPath)
          .map((path) => `<${name}> ${path}`)),
    ...element.all().flatMap((below) => complaints(below, names)),
  ];
}

/** A path of this machine, or the address of something elsewhere. */
function isForeignPath(value: string): boolean {
  return value.includes("..") || value.includes("://") || (value.startsWith("/") && !ownPaths.test(value));
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
