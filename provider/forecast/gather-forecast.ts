import { limitSeconds, qemuDowntimeMs } from "../migrate/converge";
import { convergenceAction, type MigrationOptions } from "../migrate/options";
import { parseGuestFacts } from "../preflight/facts/guest-state";
import { libvirtVersionOf } from "../preflight/facts/host-facts";
import type { SeenHost } from "../preflight/gather";
import type { InspectionContext } from "../preflight/inspect-host";
import type { Bandwidth, Forecast } from "../sdk/forecast";
import { type Figure, isMissing } from "../sdk/measurement";
import { bandwidthOfMoves, type EarlierMove } from "./bandwidth-of-moves";
import { dirtyRateMode } from "./dirty-rate-mode";
import type { DomainStats } from "./domain-stats";
import { autoConvergeDefaults, type ForecastFacts, forecast } from "./forecast";
import { type BandwidthQuestion, measureBandwidth } from "./measure-bandwidth";
import { measureDirtyRate } from "./measure-dirty-rate";

/** The move that is asked about. */
export interface ForecastQuestion {
  readonly source: SeenHost;
  readonly target: SeenHost;
  readonly options: MigrationOptions;
  /** Moves that were made earlier, the newest first: what they carried is preferred to what is measured. */
  readonly earlier: readonly EarlierMove[];
  /** How the bandwidth is measured where no earlier move tells it. Undefined: it is not. */
  readonly bandwidth?: BandwidthQuestion | undefined;
}

/** What QEMU itself holds, with no memory of a guest's: measured of 7.2 with guests that had not begun to boot. */
const ownMiB = 40;

/** Measures what a forecast needs, which takes a bit more than a second, and computes it. It never fails: what is not known is the reason why there is none. */
export async function gatherForecast(
  question: ForecastQuestion,
  context: InspectionContext,
): Promise<Figure<Forecast>> {
  try {
    return await gathered(question, context);
  } catch (error) {
    return { missing: `not measured: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function gathered(question: ForecastQuestion, context: InspectionContext): Promise<Figure<Forecast>> {
  const { source, target, options, earlier } = question;
  const { mode } = options;
  if (mode === "offline") return { missing: "a guest that is shut off has no memory to be moved" };
  const { sections } = source.inspection;
  const guest = parseGuestFacts(sections);
  const { definition } = guest;
  if (definition === undefined) return { missing: "the guest does not run" };
  const how = dirtyRateMode({
    ...guest,
    hasOwnArguments: /<qemu:commandline/.test(sections.get("definition") ?? ""),
    libvirt: libvirtVersionOf(sections.get("version") ?? ""),
  });
  const copies = options.copyStorage !== "none";
  const pair = [source.connection.name, target.connection.name] as const;
  const known = bandwidthOfMoves(earlier, pair, Date.now());
  const [{ stats, dirtyRate }, carried] = await Promise.all([
    measureDirtyRate(source.connection, definition.uuid, how, copies, context),
    known.bandwidth ?? measured(question, context),
  ]);
  const bandwidth = limited(carried, options.bandwidthMiBps);
  if (isMissing(bandwidth)) return bandwidth;
  const ramMiB = definition.ramKiB / 1024;
  return forecast({
    memoryMiB: definition.hugePages ? ramMiB : touchedMiB(ramMiB, stats),
    storageMiB: copies ? stats.allocatedMiB : 0,
    ...{ bandwidth, unlimited: carried, dirtyRate, mode },
    ...wayOf(options, ramMiB),
    overheadMs: known.overheadMs,
  });
}

async function measured(
  { source, target, bandwidth }: ForecastQuestion,
  context: InspectionContext,
): Promise<Figure<Bandwidth>> {
  if (bandwidth === undefined)
    return { missing: "not measured: no earlier move between these hosts tells the bandwidth" };
  try {
    const figure = await measureBandwidth(source.connection, target.connection.name, bandwidth, context);
    return isMissing(figure)
      ? { missing: `bandwidth not measured: ${figure.missing}` }
      : { ...figure, from: "ssh" };
  } catch (error) {
    return { missing: `bandwidth not measured: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** With the move's own limit. */
export function limited<Known extends Figure<Bandwidth>>(
  carried: Known,
  limitMiBps: number | undefined,
): Known | Bandwidth {
  if (limitMiBps === undefined) return carried;
  return !isMissing(carried) && carried.MiBps <= limitMiBps ? carried : { MiBps: limitMiBps, from: "limit" };
}

/** Pages that a guest never touched are not in its QEMU's memory, and a move sends a word for each. */
function touchedMiB(ramMiB: number, { residentMiB }: DomainStats): number {
  return residentMiB === undefined ? ramMiB : Math.min(ramMiB, Math.max(0, residentMiB - ownMiB));
}

/** What the options say of the copy. */
export function wayOf(
  options: MigrationOptions,
  ramMiB: number,
): Pick<ForecastFacts, "maxDowntimeMs" | "throttle" | "unconverged"> {
  const { autoConverge, maxDowntimeMs = qemuDowntimeMs, convergence } = options;
  const { initial, increment } = autoConvergeDefaults;
  return {
    maxDowntimeMs,
    throttle: autoConverge && {
      initial: autoConverge.initialPercent ?? initial,
      increment: autoConverge.incrementPercent ?? increment,
    },
    unconverged: {
      action: convergenceAction(options),
      limitMs: limitSeconds(convergence.secondsPerGiB, ramMiB) * 1000,
      noProgressMs: convergence.noProgressSeconds * 1000,
      ceilingMs: convergence.maxDowntimeCeilingMs,
      forceStepMs: convergence.forceStepSeconds * 1000,
    },
  };
}
