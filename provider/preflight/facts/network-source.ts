import type { XmlElement } from "./xml-element";

/** One server of a network disk. */
export interface DiskServer {
  readonly host: string;
  /** The ports that it may be found at: one that answers is enough. */
  readonly ports: readonly number[];
}

/** A disk, or what it is built upon, that QEMU fetches from a server by itself (`<source protocol=…>`). */
export interface NetworkSource {
  /** libvirt's word: `nbd`, `iscsi`, `rbd` …; QEMU's driver has the same name. */
  readonly protocol: string;
  /** Export, IQN and LUN, pool and image, volume and file, or the path of a URL. */
  readonly name: string;
  /** Any of them serves it. */
  readonly servers: readonly DiskServer[];
  /** Sockets of the guest's host in place of a server. */
  readonly sockets: readonly string[];
  /** Other ways than TCP to a server: `rdma` … */
  readonly transports: readonly string[];
  /** Whether QEMU needs a certificate authority's file on its host, for TLS. */
  readonly tls: boolean;
  /** What of Ceph the definition leaves to files of its host. */
  readonly ceph: { readonly configuration: string | undefined; readonly keyring: boolean } | undefined;
  /** Files of its host that it names: Ceph's configuration, a key, known hosts. */
  readonly files: readonly string[];
}

/** libvirt's own defaults (virStorageSourceNetworkDefaultPort); Ceph's monitors listen at two. What is not here is not asked by TCP. */
const usualPorts: Readonly<Record<string, readonly number[]>> = {
  nbd: [10_809],
  iscsi: [3260],
  rbd: [3300, 6789],
  gluster: [24_007],
  nfs: [2049],
  ssh: [22],
  http: [80],
  https: [443],
  ftp: [21],
  ftps: [990],
  sheepdog: [7000],
  vxhs: [9999],
};

/** Whether QEMU fetches it from a server by itself: a disk, what one is built upon, the firmware's variables. */
export function isBehindNetwork(element: XmlElement): boolean {
  return element.attribute("type") === "network";
}

/** The sources of a disk and of all that it is built upon that lie behind the network. */
export function networkSourcesOf(element: XmlElement): NetworkSource[] {
  const below = element.at("backingStore");
  const own = isBehindNetwork(element) ? [sourceOf(element)] : [];
  return below.exists ? [...own, ...networkSourcesOf(below)] : own;
}

function sourceOf(element: XmlElement): NetworkSource {
  const source = element.at("source");
  const protocol = source.attribute("protocol") ?? "";
  const hosts = source.all("host");
  const by = (transport: string) =>
    hosts.filter((host) => (host.attribute("transport") ?? "tcp") === transport);
  const otherWays = hosts.flatMap((host) => host.attribute("transport") ?? []);
  const config = source.at("config").attribute("file");
  const files = [
    config,
    source.at("identity").attribute("keyfile"),
    source.at("knownHosts").attribute("path"),
  ];
  return {
    protocol,
    name: `${source.attribute("name") ?? ""}${source.attribute("query") ? `?${source.attribute("query")}` : ""}`,
    servers: by("tcp").map((host) => ({
      host: host.attribute("name") ?? "",
      ports: host.attribute("port") ? [Number(host.attribute("port"))] : (usualPorts[protocol] ?? []),
    })),
    sockets: by("unix").map((host) => host.attribute("socket") ?? ""),
    transports: otherWays.filter((transport) => transport !== "tcp" && transport !== "unix"),
    tls: source.attribute("tls") === "yes",
    ceph: protocol === "rbd" ? cephOf(element, hosts.length, config) : undefined,
    files: files.filter((file) => file !== undefined),
  };
}

/** Without monitors in the definition librados finds the cluster by its configuration; without a user, its key in a keyring. */
function cephOf(element: XmlElement, monitors: number, config: string | undefined): NetworkSource["ceph"] {
  return {
    configuration: monitors === 0 ? (config ?? "/etc/ceph/ceph.conf") : undefined,
    // libvirt has it in either place, as it was given.
    keyring: !element.at("auth").exists && !element.at("source", "auth").exists,
  };
}

/** A secret that libvirt on the host must have for a disk. */
export type SecretReference =
  | { readonly uuid: string }
  /** As `virsh secret-list` has it: the kind, and what it is for. */
  | { readonly usage: string };

/** What a disk is opened with: the secrets of its login (`<auth>`) and of its encryption, of all that it is built upon too. */
export function secretsOf(element: XmlElement): SecretReference[] {
  const { elements } = element;
  const own = elements.filter(({ name }) => name === "auth" || name === "encryption");
  const secrets = own.flatMap((part) => part.all("secret").flatMap((secret) => secretOf(part, secret)));
  const parts = element.all("source", "backingStore");
  return [...secrets, ...parts.flatMap(secretsOf)];
}

/** An encryption's passphrase is kept as a `volume` secret, by the volume's path. */
function secretOf(part: XmlElement, secret: XmlElement): SecretReference[] {
  const uuid = secret.attribute("uuid");
  if (uuid) return [{ uuid }];
  const usage = secret.attribute("usage");
  const type = part.name === "encryption" ? "volume" : (secret.attribute("type") ?? "");
  return usage ? [{ usage: `${type} ${usage}` }] : [];
}
