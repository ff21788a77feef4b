import { ProviderError } from "../errors/provider-error";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import type { GuestView } from "../host/guest-view";
import { abortJob } from "./cancellation";
import { finishPostCopy } from "./finish-post-copy";
import { SwitchedFollower } from "./follow-switched";
import { inspectUntilSure } from "./inspect-until-sure";
import { type HostLog, logExcerpt } from "./log-excerpt";
import { notArrived, postCopyStalled } from "./not-arrived";
import { alarm, describeSeen } from "./plan-migration";
import { resumableOn, resume } from "./resume-suspended";
import type { MigrationContext, MigrationEnd, Move } from "./run-migration";
import { type Situation, situationOf } from "./situation";

/** What all hosts showed after a move that arrived. */
export interface Resolved {
  readonly view: GuestView;
  /** Undefined where the source does not answer any more. */
  readonly source: DomainOnHost | undefined;
  readonly target: DomainOnHost;
}

export interface ResolveContext extends Omit<MigrationContext, "onEvent" | "signal"> {
  /** One look at every host of the guest. */
  readonly inspect: () => Promise<GuestView>;
  /** What the logs of both hosts say about the failure; asked only when there is one. Default: nothing. */
  readonly logs?: () => Promise<readonly HostLog[]>;
  /** Pause between two looks, in ms. Default 1000. */
  readonly pauseMs?: number;
  /** How long libvirt has to clean up, in ms. Default 40 s: it takes 30 s to notice that a peer is gone. */
  readonly patienceMs?: number;
}

/** How long a post-copy is waited for after the switch. Nothing ends it from here. */
const afterSwitchMs = 3_600_000;
/** The same where the source's libvirt has no job any more: both QEMUs may still come to the end between themselves. */
const unattendedMs = 600_000;

/**
 * Finds out what became of a move, whatever virsh said: looks at the hosts until they show no move any more. Nothing is started or
 * destroyed, but for the half that a post-copy left behind whose target has everything.
 *
 * @throws ProviderError KVM-605 the guest stayed, KVM-603 two copies, KVM-606 it runs nowhere, KVM-612 it stands still,
 *   KVM-609 the hosts do not show it, or libvirt does not come to an end, KVM-613 it stayed because the move did not converge,
 *   KVM-614 it broke after the switch to post-copy, or carries nothing any more, KVM-641 somebody moved it on, KVM-642 half of it is lost
 */
export async function resolveOutcome(
  task: Move,
  end: MigrationEnd,
  context: ResolveContext,
): Promise<Resolved> {
  const patienceMs = context.patienceMs ?? 40_000;
  const { clock } = context;
  const switched = new SwitchedFollower(task, { pool: context.pool, clock, limitMs: afterSwitchMs });
  let [began, aborted, resumed, completed] = [clock.now(), end.ended, false, false];
  for (;;) {
    const view = await inspectUntilSure(context.inspect);
    const situation = situationOf(view);
    const verdict = verdictOn(task, situation);
    const waitedMs = clock.now() - began;
    const suspendedOn = resumed ? undefined : resumableOn(task, situation, view, end);
    if (verdict === "arrived") {
      const resolved = resolvedFrom(task, view);
      if (!completed && isIncomplete(task, resolved)) {
        completed = true;
        await finishPostCopy(task, context);
        continue;
      }
      // A source that is silent may answer again: what it has left belongs to the proofs.
      if (resolved.source !== undefined || waitedMs > patienceMs) return resolved;
    } else if (suspendedOn !== undefined) {
      resumed = true;
      await resume(task, suspendedOn, context.pool);
      continue;
    } else if (situation.kind === "post-copy complete") {
      await finishPostCopy(task, context);
      continue;
    } else if (situation.kind === "moving" && situation.switched) {
      const attended = view.seen.some(({ domain }) => domain?.outgoing);
      if (waitedMs > (attended ? afterSwitchMs : unattendedMs)) throw await inDoubt(task, view, end, context);
      context.status(`waiting for ${task.to.name} to fetch the rest of ${task.guest}'s memory`);
      await switched.follow();
      const { stalledMs } = switched;
      if (stalledMs !== undefined) throw postCopyStalled(task, view, stalledMs, end, await logsOf(context));
    } else if (verdict === "under way") {
      if (waitedMs > patienceMs) {
        // A source that is silent cannot be told to abort.
        const silent = view.silent.some(({ host }) => host === task.from.name);
        if (aborted || silent) throw await inDoubt(task, view, end, context);
        await abortJob(task, context.pool);
        [aborted, began] = [true, clock.now()];
      }
    } else throw await failure(task, view, situation, end, context);
    context.status(`waiting for libvirt to end the move of ${task.guest}`);
    await clock.sleep(context.pauseMs ?? 1_000);
  }
}

/** As the move was meant: a guest that stood still before arrives standing still, and one that was shut off as a definition. */
function verdictOn({ before, to }: Move, situation: Situation): "arrived" | "under way" | "failed" {
  switch (situation.kind) {
    case "running":
      return before !== "off" && situation.on === to.name ? "arrived" : "failed";
    case "paused":
      return before === "paused" && situation.on === to.name ? "arrived" : "failed";
    case "off":
      return before === "off" && situation.on.includes(to.name) ? "arrived" : "failed";
    case "moving":
    case "second copy":
    case "unknown":
      return "under way";
    default:
      return "failed";
  }
}

/** A libvirtd that ended during the move leaves undone what comes last: the target's definition, and the end of the source's. */
function isIncomplete({ before, options }: Move, { source, target }: Resolved): boolean {
  if (before !== "running") return false;
  const left = options.undefineSource && presenceOf(source?.domain) === "off";
  return left || (options.persistent && target.domain?.persistent === false);
}

export function resolvedFrom({ from, to }: Pick<Move, "from" | "to">, view: GuestView): Resolved {
  const at = (name: string) => view.seen.find(({ host }) => host === name);
  const target = at(to.name);
  if (target === undefined) throw new Error(`${to.name} was not looked at`);
  return { view, source: at(from.name), target };
}

async function failure(
  task: Move,
  view: GuestView,
  situation: Situation,
  end: MigrationEnd,
  context: ResolveContext,
): Promise<ProviderError> {
  if (situation.kind === "two copies" || situation.kind === "half lost")
    return alarm(task.guest, view, situation);
  return notArrived(task, view, situation, end, await logsOf(context));
}

async function logsOf({ logs, status }: ResolveContext): Promise<readonly HostLog[]> {
  if (logs === undefined) return [];
  status("reading the logs of both hosts");
  return logs();
}

async function inDoubt(
  { guest, from, to, uuid }: Move,
  view: GuestView,
  { complaint = "no complaint" }: MigrationEnd,
  context: ResolveContext,
): Promise<ProviderError> {
  const silent = view.silent.map(({ error }) => `${error.facts.host}: ${error.facts.found}`);
  const found = [describeSeen(guest, view), ...silent].join("; ");
  return new ProviderError({
    code: "KVM-609",
    host: `${from.name}, ${to.name}`,
    expected: `to see where ${guest} is after the move`,
    found: `${found}. virsh: ${complaint}${logExcerpt(await logsOf(context))}`,
    fix: `nothing was started or stopped; look at all hosts (virsh domstate ${uuid} --reason), then run the same command again: it goes on from what it finds`,
  });
}
