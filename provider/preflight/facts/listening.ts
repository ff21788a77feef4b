import { linesOf } from "../../host/sections";
import type { XmlElement } from "./xml-element";

/** Where QEMU listens for the guest on its host. */
export interface ListeningEnd {
  /** For people: `vnc`, `serial`. */
  readonly what: string;
  readonly address: string;
  /** Those that are fixed; one that libvirt chooses is chosen again. */
  readonly ports: readonly number[];
}

/** A TCP port of a host that somebody listens on. */
export interface Listener {
  /** Undefined: on every address. */
  readonly address: string | undefined;
  readonly port: number;
}

export function listeningEnds(devices: XmlElement): ListeningEnd[] {
  return devices.all().flatMap((device) => {
    switch (device.name) {
      case "graphics":
        return ofScreen(device);
      case "interface":
        return ofInterface(device);
      case "serial":
      case "parallel":
      case "console":
      case "channel":
      case "redirdev":
        return ofPort(device);
      default:
        return [];
    }
  });
}

function ofScreen(graphics: XmlElement): ListeningEnd[] {
  const listens = graphics.all("listen");
  const ofNetwork = listens.some((listen) => listen.attribute("type") !== "address");
  const addresses = [
    ...listens.flatMap((listen) => listen.attribute("address") ?? []),
    ...(ofNetwork ? [] : [graphics.attribute("listen") ?? ""]),
  ].filter((address, index, all) => address !== "" && all.indexOf(address) === index);
  const ports =
    graphics.attribute("autoport") === "yes"
      ? []
      : ["port", "websocket", "tlsPort"].flatMap((name) => portOf(graphics.attribute(name)));
  const what = graphics.attribute("type") ?? "graphics";
  if (what !== "vnc" && what !== "spice") return [];
  // Without an address it is the host's setting, by itself the loopback.
  return (addresses.length > 0 ? addresses : ofNetwork ? [] : ["127.0.0.1"]).map((address) => ({
    what,
    address,
    ports,
  }));
}

function ofPort(device: XmlElement): ListeningEnd[] {
  if (!["tcp", "telnet"].includes(device.attribute("type") ?? "")) return [];
  const bound = device.all("source").find((source) => source.attribute("mode") === "bind");
  if (bound === undefined) return [];
  return [
    { what: device.name, address: bound.attribute("host") ?? "", ports: portOf(bound.attribute("service")) },
  ];
}

function ofInterface(device: XmlElement): ListeningEnd[] {
  if (device.attribute("type") !== "server") return [];
  const source = device.at("source");
  return [
    {
      what: "interface",
      address: source.attribute("address") ?? "",
      ports: portOf(source.attribute("port")),
    },
  ];
}

function portOf(text: string | undefined): number[] {
  const port = Number(text ?? Number.NaN);
  return Number.isInteger(port) && port > 0 ? [port] : [];
}

/** Lines of `/proc/net/tcp` and `tcp6` of sockets that listen: `00000000:0016`. */
export function parseListeners(section: string | undefined): Listener[] {
  return linesOf(section).flatMap((line) => {
    const [address, port] = line.split(":");
    if (address === undefined || port === undefined) return [];
    return [{ address: addressOf(address), port: Number.parseInt(port, 16) }];
  });
}

/** Bytes of an IPv4 address stand in the processor's order, the last one first. */
function addressOf(hex: string): string | undefined {
  if (/^0+$/.test(hex)) return undefined;
  if (hex.length !== 8) return hex;
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}
