import type { EarlierMove } from "kvmlab-provider/forecast/bandwidth-of-moves";
import { isMissing } from "kvmlab-provider/sdk/measurement";
import type { KeptMove } from "../report/kept-move";
import type { LabOutputs } from "./access";
import { keptMoves } from "./kept-moves";

/** What is known of a lab's moves, the newest first: the last one of each guest, and those that were measured. */
export async function earlierMoves(lab: string, outputs: LabOutputs | undefined): Promise<EarlierMove[]> {
  const last = (outputs?.guests ?? []).map(({ migration }) => ({ ...migration, to: migration.runningOn }));
  const kept = (await keptMoves(lab)).map(({ move }) => measuredMove(move));
  return [...last, ...kept].sort((one, other) => other.migratedAt.localeCompare(one.migratedAt));
}

/** A figure that is missing is 0: the move tells nothing then. */
export function measuredMove({
  from,
  to,
  command,
  migratedAt,
  measurement: { libvirt, total },
}: KeptMove): EarlierMove {
  const { jobTimeMs, dataMovedMiB } = libvirt;
  return {
    ...{ from, to, command, migratedAt },
    totalTimeMs: isMissing(total) ? 0 : total.ms,
    jobTimeMs: isMissing(jobTimeMs) ? 0 : jobTimeMs.ms,
    dataMovedMiB: isMissing(dataMovedMiB) ? 0 : dataMovedMiB.mebibytes,
  };
}
