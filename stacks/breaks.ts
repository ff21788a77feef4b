import type { StorageKind } from "./topology/storage-kinds";

/**
 * Where and when something is broken: in how target is built, by a script on a server that runs, on the storage server and then on target, or about the
 * guest while it runs on source.
 */
export type BreakPlace = "build of target" | "source" | "target" | "nfs" | "nfs and target" | "guest";

export interface Break {
  readonly on: BreakPlace;
  /** The code of the preflight rule that must refuse the move then. */
  readonly code: string;
  /** What is wrong then. */
  readonly what: string;
  /** The kind of names that a lab must have for it; left out where any will do. */
  readonly names?: "hosts" | "dns";
  /** The kinds of storage that have it to break. Default: every kind. */
  readonly storage?: readonly StorageKind[];
}

/** The words of the config key `break`, each for a rule of preflight: to teach it, and to test it on real machines. */
export const breaks = {
  "cpu-vendor": { on: "build of target", code: "KVM-624", what: "target's processor is of another vendor" },
  "cpu-model": { on: "build of target", code: "KVM-625", what: "target's processor is an older model" },
  nx: { on: "build of target", code: "KVM-627", what: "target's processor has no NX bit" },
  "no-share": {
    on: "target",
    code: "KVM-621",
    what: "the share is not mounted on target",
    storage: ["nfs", "glusterfs"],
  },
  "other-share": {
    on: "target",
    code: "KVM-621",
    what: "another share is mounted on target",
    storage: ["nfs"],
  },
  "read-only": {
    on: "target",
    code: "KVM-639",
    what: "the share is mounted read-only on target",
    storage: ["nfs", "glusterfs"],
  },
  portal: {
    on: "target",
    code: "KVM-621",
    what: "target's firewall cuts it off from the iSCSI portal",
    storage: ["iscsi"],
  },
  chap: {
    on: "target",
    code: "KVM-621",
    what: "target has a wrong CHAP secret, and is not logged in",
    storage: ["iscsi"],
  },
  "logged-out": {
    on: "target",
    code: "KVM-621",
    what: "target has logged out of the iSCSI target",
    storage: ["iscsi"],
  },
  "other-lun": {
    on: "nfs and target",
    code: "KVM-621",
    what: "the server gives target another LUN under the same name",
    storage: ["iscsi"],
  },
  "other-volume": {
    on: "nfs and target",
    code: "KVM-621",
    what: "another volume is mounted on target in the place of the right one",
    storage: ["glusterfs"],
  },
  "no-quorum": {
    on: "target",
    code: "KVM-646",
    what: "target's firewall cuts it off from two of the volume's three bricks",
    storage: ["glusterfs"],
  },
  "same-name": { on: "target", code: "KVM-602", what: "target has another guest of the same name" },
  "name-missing": {
    on: "source",
    code: "KVM-611",
    what: "source's hosts file does not know target",
    names: "hosts",
  },
  "name-wrong": {
    on: "source",
    code: "KVM-631",
    what: "source's hosts file has the NFS server's address for target",
  },
  "dns-wrong": {
    on: "nfs",
    code: "KVM-631",
    what: "target's record has the NFS server's address",
    names: "dns",
  },
  "dns-missing": { on: "nfs", code: "KVM-611", what: "there is no record of target", names: "dns" },
  "dns-stale": {
    on: "nfs",
    code: "KVM-631",
    what: "target's record is an old one: the name server has not read the new one",
    names: "dns",
  },
  "dns-search": {
    on: "source",
    code: "KVM-611",
    what: "source completes short names with another domain",
    names: "dns",
  },
  "dns-silent": {
    on: "nfs",
    code: "KVM-611",
    what: "the name server's machine drops what comes to port 53",
    names: "dns",
  },
  "dns-down": { on: "nfs", code: "KVM-611", what: "the name server does not run", names: "dns" },
  "libvirt-name": {
    on: "target",
    code: "KVM-632",
    what: "target calls itself by a name that source does not know",
  },
  memory: { on: "target", code: "KVM-633", what: "target has too little free memory" },
  firewall: { on: "target", code: "KVM-634", what: "target's firewall drops the migration ports" },
  login: { on: "target", code: "KVM-635", what: "target does not let source log in" },
  clock: { on: "target", code: "KVM-636", what: "target's clock is a minute ahead" },
  bridge: { on: "guest", code: "KVM-637", what: "the guest is on a bridge that target does not have" },
  device: {
    on: "guest",
    code: "KVM-661",
    what: "the guest has a device that cannot move: memory shared on source",
  },
} as const satisfies Record<string, Break>;

export type BreakWord = keyof typeof breaks;
export const breakWords = Object.keys(breaks) as BreakWord[];

/** What decides by which words a lab can be broken. */
interface BreakableKinds {
  readonly names: "hosts" | "dns";
  readonly storage: StorageKind;
}

/** The words that a lab of these kinds can be broken by; a kind that is left out is any. */
export function breakWordsFor(kinds: Partial<BreakableKinds>): BreakWord[] {
  return breakWords.filter((word) => {
    const { names, storage }: Break = breaks[word];
    return (
      (names === undefined || kinds.names === undefined || names === kinds.names) &&
      (storage === undefined || kinds.storage === undefined || storage.includes(kinds.storage))
    );
  });
}
