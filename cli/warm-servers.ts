import { guestFiles } from "../components/warm-guest";
import { hostsToKeep, warmRoles } from "../components/warm-hosts";
import { LabError } from "../errors/lab-error";
import { knownVerdict } from "../machines/acceleration";
import { knownGuestImage, knownHostImage } from "../machines/images";
import { keyOfHosts } from "../machines/snapshots/boots/hosts-memory";
import { warmLimitBytes } from "../machines/snapshots/warm-limit";
import { type WarmSet, warmSets } from "../machines/snapshots/warm-set";
import { checkSettings } from "../stacks/settings";
import { byteText } from "./byte-text";
import type { Finding } from "./doctor";

const what = "warm servers";
const dayMs = 24 * 60 * 60_000;

/** What `./lab doctor` says of the kept servers. Only looks: builds nothing, reads none of their gigabytes. */
export async function warmServers(): Promise<Finding> {
  try {
    const limitBytes = warmLimitBytes();
    return findingOf(await warmSets(), { limitBytes, fitting: await fittingKey(), nowMs: Date.now() });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { what, state: "missing", found: error.facts.found, fix: error.facts.fix };
  }
}

export function findingOf(
  sets: readonly WarmSet[],
  about: {
    readonly limitBytes: number;
    /** The key that a set for the default settings has; undefined while that is not to be known. */
    readonly fitting: string | undefined;
    readonly nowMs: number;
  },
): Finding {
  const fix = "./lab up makes one, once; until then servers boot";
  if (sets.length === 0) return { what, state: "to make", found: "none kept yet", fix };
  const total = sets.reduce((sum, { bytes }) => sum + bytes, 0);
  const ages = sets.map(({ madeAtMs }) => about.nowMs - madeAtMs);
  const made =
    sets.length === 1
      ? `made ${age(Math.min(...ages))}`
      : `newest made ${age(Math.min(...ages))}, oldest ${age(Math.max(...ages))}`;
  const amount = `${sets.length} ${sets.length === 1 ? "set" : "sets"}, ${byteText(total)} of at most ${byteText(about.limitBytes)}`;
  const fits = sets.some(({ key }) => key === about.fitting);
  const found = `${amount}; ${made}; ${fits ? "one fits" : "none fits"} the default settings`;
  return fits ? { what, state: "ok", found, fix: "" } : { what, state: "to make", found, fix };
}

/** Undefined also where something that a set depends on is still to be made: then none fits. */
async function fittingKey(): Promise<string | undefined> {
  const settings = checkSettings({});
  const [image, guest, verdict] = [await knownHostImage(), await knownGuestImage(), await knownVerdict()];
  if (!image || !guest || !verdict || warmRoles(settings).length === 0) return undefined;
  // The guest's image is there, so that this finds and builds nothing.
  const { key } = await guestFiles(settings, () => undefined);
  return keyOfHosts(hostsToKeep(settings, image, verdict.acceleration, key));
}

function age(ms: number): string {
  if (ms < 60 * 60_000) return "within the hour";
  if (ms < 2 * dayMs) return `${Math.floor(ms / (60 * 60_000))} h ago`;
  return `${Math.floor(ms / dayMs)} days ago`;
}
