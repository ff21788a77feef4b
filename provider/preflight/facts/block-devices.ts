import { linesOf } from "../../host/sections";

/** A block device of the guest's on one host, as its kernel knows it. */
export interface BlockDevice {
  /** Whether something is there by that path. */
  readonly exists: boolean;
  readonly sectors: number | undefined;
  readonly readonly: boolean;
  /**
   * Names what it is wherever it is attached: the wwid (SCSI's VPD page 83, NVMe's namespace) of each device that it lies on, with what a partition or a
   * device mapper makes of them. Undefined where one of them has none: a disk of the host's own may look the same.
   */
  readonly identity: string | undefined;
  readonly iscsi: IscsiOfDevice | undefined;
}

/** What the host knows of the iSCSI target that the device belongs to, or would belong to by its path. */
export interface IscsiOfDevice {
  readonly target: string;
  /** `address:port` by the path's name; of a device that is there it is not asked. */
  readonly portal: string | undefined;
  /** The kernel's word for the session: `LOGGED_IN`, `FAILED` …; undefined without one. */
  readonly session: string | undefined;
  /** Whether something accepts connections there; undefined where that was not tried. */
  readonly portalAnswers: boolean | undefined;
  /** Whether the host has a record of the target: it was known there once. */
  readonly known: boolean;
  /** iscsid's own message, where the target refused this host's name or secret. */
  readonly refusal: string | undefined;
}

/** Reads what inspect-block-devices tells, by path. */
export function parseBlocks(section: string | undefined): ReadonlyMap<string, BlockDevice> {
  const devices = new Map<string, BlockDevice>();
  for (const part of (section ?? "").split(/^path /m).slice(1)) {
    const [path = "", ...lines] = linesOf(part);
    devices.set(path, deviceOf(lines));
  }
  return devices;
}

function deviceOf(lines: readonly string[]): BlockDevice {
  const all = (key: string) =>
    lines.flatMap((line) => (line === key || line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
  const one = (key: string) => all(key)[0];
  const sectors = one("sectors");
  const leaves = all("leaf");
  const made = [...all("dm"), ...all("start").map((start) => `from ${start}`)];
  const [wantedTarget, portal] = one("wants")?.split(" ") ?? [];
  const target = one("target") ?? wantedTarget;
  const session = one("session");
  const answers = one("portal");
  return {
    exists: sectors !== undefined,
    sectors: sectors === undefined ? undefined : Number(sectors),
    readonly: one("readonly") === "1",
    identity:
      leaves.length > 0 && leaves.every((leaf) => leaf !== "") ? [...leaves, ...made].join(" ") : undefined,
    iscsi:
      target === undefined
        ? undefined
        : {
            target,
            portal,
            session,
            portalAnswers: answers === undefined ? undefined : answers === "answers",
            known: all("record").length > 0,
            refusal: one("refused"),
          },
  };
}
