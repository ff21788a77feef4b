import ipaddr from "ipaddr.js";
import { waivable } from "kvmlab-provider/preflight/waivers";
import { z } from "zod";
import { breakWords } from "./breaks";
import { guestItem, guestKeys, guestName, guestsMost } from "./guests";
import { parseLogin } from "./login";
import { measuring, movingOptions } from "./options-of-moves";
import { rules } from "./rules";
import { releases } from "./topology/releases";
import { storageKinds } from "./topology/storage-kinds";
import { storageServer } from "./topology/topology";

/** A key's documentation beside its check: docs/reference/configuration.md is made from both. */
function key<Schema extends z.ZodType>(schema: Schema, allowed: string, explanation: string) {
  return schema.meta({ allowed, explanation });
}

const waivableCodes = [...waivable.keys()];
const memoryMiB = (least: number) => z.int().min(least).max(262_144);
const hostName = /^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$/;
const hostKey = /^(|(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) AAAA[0-9A-Za-z+/=]+( .*)?)$/;
const libvirtUri = /^(private|(qemu|test)(\+[a-z0-9]+)?:\/\/.*)$/;

const addressOf = (server: string) =>
  key(
    z.string().refine((text) => text === "" || parseLogin(text) !== undefined),
    "user@address or user@address:port, with an IP address (IPv6 with a port: user@[address]:port)",
    `Only with \`machines: existing\`: how to reach the ${server} by SSH. The user is root, or one whose sudo asks for no password.`,
  );
const keyOf = (server: string) =>
  key(
    z.string().regex(hostKey),
    "ssh-ed25519 AAAA…, as `ssh-keyscan -t ed25519 ADDRESS` prints it after the address",
    `Only with \`machines: existing\`: the ${server}'s host key, known beforehand and checked at every connection.`,
  );

/** The stack's configuration, key by key: what is allowed, and what it means. Defaults stand in Pulumi.yaml. */
export const keys = {
  hypervisor: key(
    z.string().regex(libvirtUri),
    "private, or a libvirt URI such as qemu:///system or qemu+ssh://user@host/system",
    "Where the three servers run. `private`: a libvirtd that `./lab` starts for this lab alone. Anything else: a libvirt daemon that is there already.",
  ),
  acceleration: key(
    z.enum(["auto", "kvm", "tcg"]),
    "auto, kvm or tcg",
    "How the three servers run. `auto` finds out by starting something small whether KVM really works here.",
  ),
  machines: key(
    z.enum(["built", "existing"]),
    "built or existing",
    "`built`: virtual machines on `hypervisor`. `existing`: three machines of yours, reached by SSH; nothing is built.",
  ),
  hostImage: key(
    z.string(),
    "a path or an http(s) URL of a qcow2; empty for the lab's own image",
    "Another image for the three servers: Debian 12 or newer with cloud-init and systemd-networkd, as its generic cloud images are. Missing packages are installed, so its network must lead to a mirror. A path is taken as it is; a URL needs `hostImageSha256`.",
  ),
  hostImageSha256: key(
    z.string().regex(/^(|[0-9a-f]{64})$/),
    "64 hexadecimal digits",
    "The sha256 that a `hostImage` given by URL must have.",
  ),
  release: key(
    z.enum(releases),
    "bookworm or trixie",
    "The Debian release of the servers: `bookworm` has QEMU 7.2 and libvirt 9.0, `trixie` QEMU 10.0 and libvirt 11.3 ([docs/how-to/releases.md](../how-to/releases.md)). Each is an image of its own, built when a lab uses it first. Only with `machines: built` and the lab's own image. It belongs to a server from its start: another one makes the server again.",
  ),
  releases: key(
    z.record(z.string(), z.enum(releases)),
    "an object of servers' names with bookworm or trixie each, such as {target: trixie}",
    "The release of servers that have another one than `release` says.",
  ),
  network: key(
    z.string().refine(isLabNetwork),
    "a private IPv4 network of /16 to /26, such as 10.77.0.0/24",
    "The lab's network. Its addresses are: .1 the hypervisor, .2 nfs, .3 and on the hosts; .50 the guest.",
  ),
  storage: key(
    z.enum(storageKinds),
    "nfs, iscsi or glusterfs",
    "What the hosts share. `nfs`: a folder that the server exports and each host mounts. `iscsi`: a block device that the server offers and each host logs in to (docs/how-to/iscsi.md). `glusterfs`: a volume that the server and the first two hosts keep a copy each of, and each host mounts (docs/how-to/glusterfs.md). It belongs to a lab from its start: another one needs `./lab down` first.",
  ),
  hosts: key(
    z
      .array(z.string().regex(hostName))
      .min(2)
      .max(8)
      .refine((names) => new Set(names).size === names.length && !names.includes(storageServer)),
    "a list of 2 to 8 names, each once: a small letter, then small letters, digits or - (15 at most); not nfs",
    "The lab's hosts, in the order of their addresses. The guest is installed on the first one. A host that is added at the end is built beside the others; one that is taken away must not have the guest.",
  ),
  names: key(
    z.enum(["hosts", "dns"]),
    "hosts or dns",
    "How the servers know each other's names. `hosts`: each one's hosts file has all of them. `dns`: a name server on nfs, which all of them ask ([names by DNS](../how-to/dns.md)); not with another `hostImage`. Machines that exist already ask it beside their own name servers.",
  ),
  nfsMemoryMiB: key(memoryMiB(256), "256 to 262144", "Memory of the NFS server, in MiB."),
  hostMemoryMiB: key(
    memoryMiB(512),
    "512 to 262144",
    "Memory of each host, in MiB. The guest's memory comes out of it.",
  ),
  hostVcpus: key(z.int().min(1).max(64), "1 to 64", "Virtual CPUs of each server."),
  bridge: key(
    z.string().regex(/^[a-z][a-z0-9_.-]{0,14}$/),
    "an interface name of at most 15 characters",
    "The bridge on each host that guests are connected to. The lab's own image has br0.",
  ),
  start: key(
    z.enum(["ready", "bare"]),
    "ready or bare",
    "What a new lab begins with. `ready`: storage, names and guests are set up. `bare`: servers as they were installed, and the guest's files in /root/guest on the first host: whoever uses the lab sets up the rest by hand ([bare labs](../how-to/bare-labs.md)). `ready` afterwards takes over what is there.",
  ),
  guestName: key(
    z.string().regex(guestName),
    "a letter, then letters, digits, - or _ (50 at most)",
    "The guest's name.",
  ),
  guests: key(
    z
      .array(guestItem)
      .max(guestsMost)
      .refine((list) => new Set(list.map(({ name }) => name)).size === list.length),
    `a list of at most ${guestsMost} guests, each an object with a name that no other has, and any of ${guestKeys.join(", ")}`,
    "The lab's guests, where there are several ([docs/how-to/more-guests.md](../how-to/more-guests.md)). Each has a `name`, and may have `memoryMiB` (default: `guestMemoryMiB`), `address` (default: the next from .50 of `network` on), `startsOn` (the host that it is installed on; default: the first of `hosts`), `runsOn` (where it should run; default: where it is installed) and `migrationOptions` (default: those of the lab). An empty list is one guest, as the keys that begin with `guest` say.",
  ),
  guestMemoryMiB: key(memoryMiB(64), "64 to 262144", "Memory of the guest, in MiB."),
  guestAddress: key(
    z.string().refine((text) => text === "" || ipaddr.IPv4.isValidCIDR(text)),
    "an address with its prefix, such as 10.77.0.50/24; empty for .50 of `network`",
    "The guest's address on the hosts' network.",
  ),
  guestAcceleration: key(
    z.enum(["auto", "kvm", "tcg"]),
    "auto, kvm or tcg",
    "How the guest runs on its host: by KVM, or emulated (`tcg`). `auto` is KVM where source has it: the lab's own emulated hosts do.",
  ),
  warmStart: key(
    z.boolean(),
    "true or false",
    "Whether a new lab's servers and its guest are started from memories that were kept on this machine before, each with the disk that belongs to it ([warm start](../concepts/warm-start.md)). Only with `hypervisor: private`; what none fits boots. `./lab up --cold` is `false` for once.",
  ),
  resetPoint: key(
    z.boolean(),
    "true or false",
    "Whether `./lab up` keeps the state of a new lab right after it was built, for `./lab reset` ([saved labs](../concepts/saved-labs.md)). Only with `hypervisor: private`; it takes about 1 GiB, and the lab stands still for some seconds.",
  ),
  guestRunsOn: key(
    z.string(),
    "the name of a host",
    "Where the guest should run. It is installed on the first host; another one moves it there live; a change moves it again.",
  ),
  migrationOptions: key(
    movingOptions,
    "an object of the options of docs/how-to/ways-of-moving.md, such as {mode: postCopy} or {bandwidthMiBps: 32}; not newName, because the lab knows its guest by its name",
    "How the guest is moved: post-copy, paused, with a limit of bandwidth, with what is done when the move does not converge … Nothing in it is the course's live move.",
  ),
  measure: key(
    measuring,
    "true, false, or an object of the options of docs/concepts/measuring.md (but file), such as {beforeSeconds: 20}",
    "Whether each move is measured by three figures (total time, downtime, impact on service), as the NFS server sees the guest: docs/concepts/measuring.md. A measured move takes longer: the guest is watched before it and after it. `./lab measure` is `true` for once, and moves the guest.",
  ),
  waive: key(
    z.array(z.enum(waivableCodes)).refine((codes) => new Set(codes).size === codes.length),
    `a list of ${waivableCodes.join(", ")}, each once`,
    "Codes of preflight's rules that should not stop the move, where that is safe: docs/concepts/preflight.md says why each of them may be waived. Those that took effect are among the outputs, with what was found.",
  ),
  break: key(
    z.array(z.enum(breakWords)).refine((words) => new Set(words).size === words.length),
    `a list of ${breakWords.join(", ")}, each once`,
    "What is broken on purpose, to see preflight refuse the move: docs/how-to/break-the-lab.md. What is taken from the list is fixed at the next `./lab up`.",
  ),
  nfsAddress: addressOf("NFS server"),
  sourceAddress: addressOf("source host"),
  targetAddress: addressOf("target host"),
  nfsHostKey: keyOf("NFS server"),
  sourceHostKey: keyOf("source host"),
  targetHostKey: keyOf("target host"),
  sshPrivateKeyFile: key(
    z.string(),
    "the path of a file; empty for the SSH agent's keys",
    "Only with `machines: existing`: the private key that opens the three machines; its text is kept in the state, encrypted. Empty: the keys of the SSH agent that `SSH_AUTH_SOCK` names where `./lab` is typed, and no private key is kept anywhere.",
  ),
} as const;

/** All settings of one lab, checked. */
export type Settings = { readonly [Key in keyof typeof keys]: z.output<(typeof keys)[Key]> };

/** All keys together, unknown ones refused, and the rules that bind them: every breach is reported, not the first. */
export const settingsSchema: z.ZodType<Settings> = rules.reduce<z.ZodType<Settings>>(
  (schema, { reads, allowed, holds }) => {
    const wanted = Object.fromEntries(reads.map((name) => [name, keys[name]]));
    const readable = z.object(wanted);
    return schema.refine(holds, {
      path: [reads[0]],
      params: { allowed, reads },
      when: ({ value }) => readable.safeParse(value).success,
    });
  },
  z.strictObject(keys),
);

function isLabNetwork(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(text)) return false;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  const isFirst = ipaddr.IPv4.networkAddressFromCIDR(text).toString() === address.toString();
  return isFirst && prefix >= 16 && prefix <= 26 && address.range() === "private";
}
