import { hostsToKeep, warmRoles } from "../components/warm-hosts";
import { LabError } from "../errors/lab-error";
import { knownVerdict } from "../machines/acceleration";
import { knownGuestImage, knownHostImage } from "../machines/images";
import { keyOfHosts } from "../machines/snapshots/boots/hosts-memory";
import { snapshotLimitBytes } from "../machines/snapshots/make-room";
import { type StoredSnapshot, storedSnapshots } from "../machines/snapshots/stored-snapshots";
import { checkSettings } from "../stacks/settings";
import { byteText } from "./byte-text";
import type { Finding } from "./doctor";
import { listedSaves } from "./saves";

const what = "snapshots";
const dayMs = 24 * 60 * 60_000;

/** What `./lab doctor` says of all that is kept of servers and labs. Only looks: builds nothing, reads none of their gigabytes. */
export async function snapshotsFinding(): Promise<Finding> {
  try {
    return findingOf(await storedSnapshots(), {
      limitBytes: snapshotLimitBytes(),
      fitting: await fittingKey(),
      misfits: (await listedSaves()).filter(({ misfits }) => misfits.length > 0).map(({ name }) => name),
      nowMs: Date.now(),
    });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { what, state: "missing", found: error.facts.found, fix: error.facts.fix };
  }
}

export function findingOf(
  snapshots: readonly StoredSnapshot[],
  about: {
    readonly limitBytes: number;
    /** The key that servers for the default settings have; undefined while that is not to be known. */
    readonly fitting: string | undefined;
    /** Saves that cannot be restored on this machine. */
    readonly misfits: readonly string[];
    readonly nowMs: number;
  },
): Finding {
  const of = (kind: StoredSnapshot["kind"]) => snapshots.filter((snapshot) => snapshot.kind === kind);
  const boots = of("boot");
  const fits = boots.some(({ name }) => name === about.fitting);
  const total = snapshots.reduce((sum, { bytes }) => sum + bytes, 0);
  const found = [
    `${byteText(total)} of at most ${byteText(about.limitBytes)}`,
    bootsText(boots, fits, about.nowMs),
    savesText(of("lab").length, about.misfits),
    `${of("reset").length} for ./lab reset and ./lab catch-up`,
  ].join("; ");
  if (fits) return { what, state: "ok", found, fix: "" };
  return { what, state: "to make", found, fix: "./lab up keeps its servers, once; until then servers boot" };
}

function bootsText(boots: readonly StoredSnapshot[], fits: boolean, nowMs: number): string {
  if (boots.length === 0) return "no booted servers yet";
  const ages = boots.flatMap(({ reading }) =>
    reading.kind === "manifest" ? [nowMs - Date.parse(reading.manifest.createdAt)] : [],
  );
  const newest = ages.length === 0 ? "" : `, newest made ${age(Math.min(...ages))}`;
  return `booted servers: ${boots.length}${newest}, ${fits ? "one fits" : "none fits"} the default settings`;
}

function savesText(count: number, misfits: readonly string[]): string {
  const not = misfits.length === 0 ? "" : `, not for this machine: ${misfits.join(", ")}`;
  return `${count === 1 ? "1 saved lab" : `${count} saved labs`}${not}`;
}

/** Undefined also where something that the servers depend on is still to be made: then none fits. */
async function fittingKey(): Promise<string | undefined> {
  const settings = checkSettings({});
  const [image, guest, verdict] = [await knownHostImage(), await knownGuestImage(), await knownVerdict()];
  if (!image || !guest || !verdict || warmRoles(settings).length === 0) return undefined;
  return keyOfHosts(hostsToKeep(settings, image, verdict.acceleration, guest.key));
}

function age(ms: number): string {
  if (ms < 60 * 60_000) return "within the hour";
  if (ms < 2 * dayMs) return `${Math.floor(ms / (60 * 60_000))} h ago`;
  return `${Math.floor(ms / dayMs)} days ago`;
}
