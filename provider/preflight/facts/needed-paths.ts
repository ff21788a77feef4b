import { folderOf } from "./guest-disk";
import type { XmlElement } from "./xml-element";

/** A path of the host that the guest's definition names, beside its disks and what it boots from. */
export interface NeededPath {
  /** What names it, for people: `serial file`. */
  readonly what: string;
  /** What must be there: the path, or its folder where QEMU or libvirt makes the file. */
  readonly path: string;
}

/** libvirt makes these folders itself, for each guest. */
const libvirtsOwn = /^(?:\/var)?\/run\/libvirt\/|^\/var\/lib\/libvirt\/qemu\/(?!nvram\/)/;

/** What must be on the target by path, each once. */
export function neededPaths(domain: XmlElement): NeededPath[] {
  const devices = domain.at("devices");
  const all = [
    ...there("emulator", devices.at("emulator").text),
    ...ofFirmware(domain),
    ...devices.all().flatMap(ofDevice),
    ...domain
      .at("blkiotune")
      .all("device")
      .flatMap((device) => there("blkiotune", device.at("path").text)),
    ...domain
      .at("cputune")
      .all("cachetune", "memorytune")
      .flatMap(({ name }) => there(name, "/sys/fs/resctrl/schemata")),
    ...ofArguments(domain.at("qemu:commandline")),
  ];
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index);
}

function there(what: string, path: string | undefined): NeededPath[] {
  return path?.startsWith("/") ? [{ what, path }] : [];
}

/** A file that is made where it is not there. */
function made(what: string, path: string | undefined): NeededPath[] {
  return path?.startsWith("/") && !libvirtsOwn.test(path)
    ? [{ what: `folder of ${what}`, path: folderOf(path) }]
    : [];
}

function ofFirmware(domain: XmlElement): NeededPath[] {
  const nvram = domain.at("os", "nvram");
  return [
    ...made("nvram", nvram.text || nvram.at("source").attribute("file")),
    ...there("nvram", nvram.at("source").attribute("dev")),
    ...there("ACPI table", domain.at("os", "acpi", "table").text),
    ...domain
      .all("sysinfo")
      .flatMap((info) => info.all("entry").flatMap((entry) => there("sysinfo", entry.attribute("file")))),
  ];
}

function ofDevice(device: XmlElement): NeededPath[] {
  const { name } = device;
  const source = device.at("source");
  switch (name) {
    case "serial":
    case "parallel":
    case "console":
    case "channel":
    case "redirdev":
    case "smartcard":
      return ofPort(name, device.attribute("type"), device);
    case "rng":
      return ofRandom(device.at("backend"));
    case "interface":
      return ofInterface(device);
    case "disk":
      return there("pr-helper", source.at("reservations", "source").attribute("path"));
    case "graphics":
      return [
        ...made(
          "socket of the screen",
          device.attribute("socket") ?? device.at("listen").attribute("socket"),
        ),
        ...there("render node", device.at("gl").attribute("rendernode")),
      ];
    case "video":
      return there("render node", device.at("model", "acceleration").attribute("rendernode"));
    case "shmem":
      return there("shmem server", device.at("server").attribute("path"));
    case "tpm":
      return there("TPM's socket", device.at("backend", "source").attribute("path"));
    case "memory":
      return there("memory", source.at("path").text);
    case "lease":
      return there("lease", device.at("target").attribute("path"));
    default:
      return [];
  }
}

function ofPort(name: string, type: string | undefined, port: XmlElement): NeededPath[] {
  const source = port.at("source");
  const path = source.attribute("path");
  const log = made(`log of the ${name}`, port.at("log").attribute("file"));
  if (type === "file") return [...made(`file of the ${name}`, path), ...log];
  if (type === "pipe") return [...there(`pipe of the ${name}`, path), ...log];
  if (type !== "unix") return log;
  const socket = source.attribute("mode") === "connect" ? there : made;
  return [...socket(`socket of the ${name}`, path), ...log];
}

function ofRandom(backend: XmlElement): NeededPath[] {
  return backend.attribute("model") === "egd"
    ? ofPort("rng", backend.attribute("type"), backend)
    : there("rng", backend.text);
}

function ofInterface(device: XmlElement): NeededPath[] {
  const source = device.at("source");
  const socket = source.attribute("mode") === "server" ? made : there;
  return [
    ...(device.attribute("type") === "vhostuser"
      ? socket("socket of the interface", source.attribute("path"))
      : []),
    ...["script", "downscript"].flatMap((name) => there(name, device.at(name).attribute("path"))),
    ...there("option ROM", device.at("rom").attribute("file")),
    ...["tap", "vhost"].flatMap((name) => there(name, device.at("backend").attribute(name))),
    ...made("log of the interface", device.at("backend").attribute("logFile")),
  ];
}

/** QEMU's own arguments may name a file that is there, or one that it makes: the folder must be there for both. */
function ofArguments(commandline: XmlElement): NeededPath[] {
  return commandline.all("qemu:arg").flatMap((argument) => {
    const value = argument.attribute("value") ?? "";
    return [...value.matchAll(/(?:^|=)(\/[^,]+)/g)].flatMap(([, path]) => made("a QEMU argument", path));
  });
}
