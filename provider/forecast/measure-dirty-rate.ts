import { setTimeout as sleep } from "node:timers/promises";
import type { HostConnection } from "../host/host-connection";
import { shellCommand } from "../host/shell-quote";
import type { InspectionContext } from "../preflight/inspect-host";
import type { DirtyRate } from "../sdk/forecast";
import type { Figure } from "../sdk/measurement";
import { type DomainStats, parseDomainStats } from "./domain-stats";

/** The shortest that libvirt takes. */
const seconds = 1;
/** Until QEMU is likely to be done, and between two questions after that. */
const firstWaitMs = seconds * 1000 + 100;
const waitMs = 250;
const mostQuestions = 6;
const answerMs = 10_000;

interface MeasuredMemory {
  readonly stats: DomainStats;
  readonly dirtyRate: Figure<DirtyRate>;
}

/**
 * Lets QEMU measure how fast a guest writes to its memory, and reads what libvirt tells of the guest. The guest goes on meanwhile; QEMU looks at it, and
 * the host's processor does next to nothing.
 *
 * @param mode how, or why it is not measured
 * @param withDisks whether to ask what its disks take, too
 */
export async function measureDirtyRate(
  host: HostConnection,
  uuid: string,
  mode: Figure<{ readonly mode: DirtyRate["mode"] }>,
  withDisks: boolean,
  { pool, signal }: Pick<InspectionContext, "pool" | "signal">,
): Promise<MeasuredMemory> {
  const ask = async (words: readonly string[]) => {
    const [answer] = await pool.virsh(host, [shellCommand(words)], { timeoutMs: answerMs, signal });
    return answer ?? { out: "", err: "no answer" };
  };
  const groups = ["--balloon", "--dirtyrate", ...(withDisks ? ["--block"] : [])];
  const stats = async () => parseDomainStats((await ask(["domstats", ...groups, uuid])).out);
  if ("missing" in mode) return { stats: await stats(), dirtyRate: mode };
  // Its default is left out: libvirt before 8.1 knows no other, and not the option.
  const how = mode.mode === "page-sampling" ? [] : ["--mode", mode.mode];
  const begun = await ask(["domdirtyrate-calc", uuid, "--seconds", String(seconds), ...how]);
  if (begun.err !== "") {
    const missing = begun.err.trim().replace(/^error: /, "");
    return { stats: await stats(), dirtyRate: { missing } };
  }
  await sleep(firstWaitMs, undefined, { signal });
  for (let questions = 1; ; questions++) {
    const told = await stats();
    const { dirtyRate } = told;
    if (dirtyRate.status === "measured")
      return { stats: told, dirtyRate: { MiBps: dirtyRate.MiBps, mode: mode.mode } };
    if (questions === mostQuestions)
      return { stats: told, dirtyRate: { missing: "QEMU did not end its measurement in time" } };
    await sleep(waitMs, undefined, { signal });
  }
}
