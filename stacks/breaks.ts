import type { StorageKind } from "./topology/storage-kinds";

/**
 * Where and when something is broken: in how target is built, by a script on a host that runs, on the storage server and then on target, or about the
 * guest while it runs on source.
 */
export type BreakPlace = "build of target" | "source" | "target" | "nfs and target" | "guest";

export interface Break {
  readonly on: BreakPlace;
  /** The code of the preflight rule that must refuse the move then. */
  readonly code: string;
  /** What is wrong then. */
  readonly what: string;
  /** The only kind of storage that has it to break. Default: every kind. */
  readonly storage?: StorageKind;
}

/** The words of the config key `break`, each for a rule of preflight: to teach it, and to test it on real machines. */
export const breaks = {
  "cpu-vendor": { on: "build of target", code: "KVM-624", what: "target's processor is of another vendor" },
  "cpu-model": { on: "build of target", code: "KVM-625", what: "target's processor is an older model" },
  nx: { on: "build of target", code: "KVM-627", what: "target's processor has no NX bit" },
  "no-share": { on: "target", code: "KVM-621", what: "the share is not mounted on target", storage: "nfs" },
  "other-share": {
    on: "target",
    code: "KVM-621",
    what: "another share is mounted on target",
    storage: "nfs",
  },
  "read-only": {
    on: "target",
    code: "KVM-639",
    what: "the share is mounted read-only on target",
    storage: "nfs",
  },
  portal: {
    on: "target",
    code: "KVM-621",
    what: "target's firewall cuts it off from the iSCSI portal",
    storage: "iscsi",
  },
  chap: {
    on: "target",
    code: "KVM-621",
    what: "target has a wrong CHAP secret, and is not logged in",
    storage: "iscsi",
  },
  "logged-out": {
    on: "target",
    code: "KVM-621",
    what: "target has logged out of the iSCSI target",
    storage: "iscsi",
  },
  "other-lun": {
    on: "nfs and target",
    code: "KVM-621",
    what: "the server gives target another LUN under the same name",
    storage: "iscsi",
  },
  "same-name": { on: "target", code: "KVM-602", what: "target has another guest of the same name" },
  "name-missing": { on: "source", code: "KVM-611", what: "source's hosts file does not know target" },
  "name-wrong": {
    on: "source",
    code: "KVM-631",
    what: "source's hosts file has the NFS server's address for target",
  },
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
    code: "KVM-638",
    what: "the guest has a device that cannot move: memory shared on source",
  },
} as const satisfies Record<string, Break>;

export type BreakWord = keyof typeof breaks;
export const breakWords = Object.keys(breaks) as BreakWord[];

/** Those that a lab with this storage can have. */
export function breakWordsOf(kind: StorageKind): BreakWord[] {
  return breakWords.filter((word) => {
    const { storage }: Break = breaks[word];
    return storage === undefined || storage === kind;
  });
}
