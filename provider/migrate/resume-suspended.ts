import type { GuestView } from "../host/guest-view";
import type { HostPool } from "../host/host-pool";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import type { MigrationEnd, Move } from "./run-migration";
import type { Situation } from "./situation";

/** The reasons for which a guest stands still that a move gave it: `virsh suspend` is `user`. */
const ofTheMove: readonly (string | undefined)[] = ["migrating", "user"];

/**
 * Whether a guest that stands still is to go on: it ran before, the move suspended it, no other host has its memory (the situation says
 * so, and every host of the move answered), and nothing is at work on it.
 */
export function mayResume(
  { before, options, from, to }: Move,
  situation: Situation,
  { silent }: Pick<GuestView, "silent">,
  { interventions }: Pick<MigrationEnd, "interventions">,
): boolean {
  if (situation.kind !== "paused" || situation.job || silent.length > 0) return false;
  if (situation.on !== from.name && situation.on !== to.name) return false;
  const suspended = options.mode === "paused" || interventions.some(({ act }) => act === "pause");
  return before === "running" && suspended && ofTheMove.includes(situation.why);
}

/** Long enough for a virsh on an emulated host. */
const resumeMs = 30_000;

/** Lets the guest go on that the move had suspended. Best effort: the next look shows what came of it. */
export async function resume({ uuid, from, to }: Move, situation: Situation, pool: HostPool): Promise<void> {
  if (situation.kind !== "paused") return;
  const host = situation.on === from.name ? from : to;
  const command = `${systemVirsh}; ${shellCommand(["virsh", "resume", uuid])}`;
  const signal = AbortSignal.timeout(resumeMs);
  await pool.run(host, command, { timeoutMs: resumeMs, signal }).catch(() => {});
}
