import type { GuestView } from "../host/guest-view";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import { convergenceAction } from "./options";
import type { MigrationEnd, Move } from "./run-migration";
import type { Situation } from "./situation";

/**
 * The host on which the guest is to go on, where it stands still because the move suspended it: it ran before, no other host has its
 * memory (the situation says so, and every host answered), and nothing is at work on it.
 */
export function resumableOn(
  { before, options, from, to, kind }: Move,
  situation: Situation,
  { seen, silent }: GuestView,
  { interventions }: Pick<MigrationEnd, "interventions">,
): HostConnection | undefined {
  // Whoever began a move that is followed had the same policy, and may have carried it out.
  const policy = kind === "attach" && convergenceAction(options) === "pause";
  const paused = policy || interventions.some(({ act }) => act === "pause");
  const suspended = options.mode === "paused" || paused;
  if (before !== "running" || !suspended || silent.length > 0) return undefined;
  const host = [from, to].find(({ name }) => name === onlyCopy(situation, from.name));
  const domain = seen.find((one) => one.host === host?.name)?.domain;
  const idle = domain !== undefined && domain.runningJob === undefined;
  // libvirt's own pause is `migrating`; `user` is `virsh suspend`: the policy's, or else somebody's who meant it.
  const ofTheMove = domain?.reason === "migrating" || (paused && domain?.reason === "user");
  return idle && ofTheMove ? host : undefined;
}

/** What stands still as `migrating` may be half filled; on the source it is the guest itself. */
function onlyCopy(situation: Situation, source: string): string | undefined {
  if (situation.kind === "paused") return situation.on;
  if (situation.kind !== "second copy" || situation.running !== undefined) return undefined;
  const [stands, ...more] = situation.standing;
  return stands === source && more.length === 0 ? source : undefined;
}

/** Long enough for a virsh on an emulated host. */
const resumeMs = 30_000;

/** Lets the guest go on that the move had suspended. Best effort: the next look shows what came of it. */
export async function resume({ uuid }: Move, host: HostConnection, pool: HostPool): Promise<void> {
  const command = `${systemVirsh}; ${shellCommand(["virsh", "resume", uuid])}`;
  const signal = AbortSignal.timeout(resumeMs);
  await pool.run(host, command, { timeoutMs: resumeMs, signal }).catch(() => {});
}
