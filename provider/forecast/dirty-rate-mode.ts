import type { GuestFacts } from "../preflight/facts/move-facts";
import type { Version } from "../preflight/facts/version";
import type { DirtyRate } from "../sdk/forecast";
import type { Figure } from "../sdk/measurement";

/** QEMU samples no block of memory that is smaller (migration/dirtyrate.h), and calls the rate of what it did not look at 0. */
const leastSampledMiB = 128;
/** Of so small a guest samples say little (512 pages a GiB), and a look at every page costs little. */
const countedMiB = 1024;

/** What a choice depends on. */
export interface MeasuredGuest extends Pick<GuestFacts, "state" | "runningJob" | "definition"> {
  /** Whether arguments of QEMU's were given by hand: its accelerator may be another one than the definition says. */
  readonly hasOwnArguments: boolean;
  readonly libvirt: Version | undefined;
}

/**
 * How a guest's dirty rate can be measured without harm, or why it cannot. Never `dirty-bitmap` for an emulated guest: QEMU 7.2 ends there,
 * because it asks KVM's state, which there is not. Never `dirty-ring`: libvirt starts guests without it, and refuses.
 */
export function dirtyRateMode({
  state,
  runningJob,
  definition,
  hasOwnArguments,
  libvirt,
}: MeasuredGuest): Figure<{ readonly mode: DirtyRate["mode"] }> {
  if (definition === undefined || state !== "running") return { missing: "the guest does not run" };
  if (runningJob !== undefined) return { missing: `libvirt is at a job on it (${runningJob})` };
  const memoryMiB = definition.ramKiB / 1024;
  const counts = definition.type === "kvm" && !hasOwnArguments && atLeast(libvirt, 8, 1);
  if (counts && memoryMiB < countedMiB) return { mode: "dirty-bitmap" };
  if (!atLeast(libvirt, 7, 2)) return { missing: "libvirt measures it from 7.2 on" };
  if (memoryMiB >= leastSampledMiB) return { mode: "page-sampling" };
  return {
    missing: `QEMU samples no guest with less than ${leastSampledMiB} MiB, and counts the pages of those under KVM only`,
  };
}

function atLeast(version: Version | undefined, major: number, minor: number): boolean {
  const [ours = 0, its = 0] = version ?? [];
  return ours > major || (ours === major && its >= minor);
}
