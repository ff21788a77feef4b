import { LabError } from "../../errors/lab-error";
import type { DomainOnHost } from "../host/domain-on-host";
import type { HostPool } from "../host/host-pool";
import { describeSeen } from "./decide";
import { abortJob, type Move, type VirshEnd } from "./move";
import { notArrived } from "./not-arrived";
import { mayResume, type Outcome, offlineOutcomeOf, outcomeOf } from "./outcome";
import { resume } from "./resume";
import { type HostLog, toldByLogs } from "./telling-lines";

/** What all hosts showed after a move, those of the move by their part in it. */
export interface Settled {
  readonly source: DomainOnHost;
  readonly target: DomainOnHost;
  readonly hosts: readonly DomainOnHost[];
}

export interface SettleContext {
  readonly pool: HostPool;
  readonly status: (line: string) => void;
  /** One look at every host of the guest. */
  readonly look: (signal: AbortSignal) => Promise<readonly DomainOnHost[]>;
  /** What the logs of both hosts say about the failure; asked only when there is one. Default: nothing. */
  readonly logs?: () => Promise<readonly HostLog[]>;
  /** Pause between two looks, in ms. Default 1000. */
  readonly pauseMs?: number;
  /** How long libvirt has to end what virsh left under way, in ms. Default 40 s: it takes 30 s to notice that a peer is gone. */
  readonly patienceMs?: number;
}

/** One look may have to dial anew to a host that was just away. */
const lookMs = 90_000;

/**
 * Finds out what became of a move, whatever virsh said: looks at the hosts until what they show is no longer under way.
 *
 * @throws LabError KVM-605 the guest stayed, KVM-603 two copies, KVM-606 it runs nowhere, KVM-612 it stands still,
 *   KVM-609 the hosts cannot be looked at, or libvirt does not come to an end, KVM-613 it stayed because the move did
 *   not converge, KVM-614 it broke after the switch to post-copy
 */
export async function settle(task: Move, virsh: VirshEnd, context: SettleContext): Promise<Settled> {
  const patienceMs = context.patienceMs ?? 40_000;
  // A virsh that was lost from sight has the rest of its own time; nothing tells when it began, so all of it.
  let left = virsh.ended ? patienceMs : task.timeoutMs;
  let aborted = virsh.ended;
  let started = performance.now();
  let resumed = false;
  for (;;) {
    const seen = await lookOnce(task, virsh, context);
    const outcome = outcomeFor(task, seen);
    if (outcome === "arrived") return seen;
    const standing = outcome === "arrived-paused" ? seen.target : seen.source;
    if (!resumed && mayResume(outcome, standing, suspendedByUs(task, virsh))) {
      resumed = true;
      await resume(task, standing.host, context.pool);
      continue;
    }
    if (outcome !== "under-way") throw notArrived(task, seen, outcome, virsh, await logsOf(context));
    if (performance.now() - started > left) {
      if (aborted) throw inDoubt(task, describeSeen(task.guest, seen.hosts), virsh, await logsOf(context));
      await abortJob(task, context.pool);
      [aborted, left, started] = [true, patienceMs, performance.now()];
    }
    context.status(`waiting for libvirt to end the move of ${task.guest}`);
    await new Promise((resolve) => setTimeout(resolve, context.pauseMs ?? 1_000));
  }
}

async function lookOnce(task: Move, virsh: VirshEnd, context: SettleContext): Promise<Settled> {
  const hosts = await context.look(AbortSignal.timeout(lookMs)).catch(async (error: unknown) => {
    const found = error instanceof LabError ? `${error.facts.host}: ${error.facts.found}` : String(error);
    throw inDoubt(task, found, virsh, await logsOf(context));
  });
  const at = ({ name }: { readonly name: string }) => {
    const found = hosts.find(({ host }) => host === name);
    if (found) return found;
    throw new Error(`${name} was not looked at`);
  };
  return { source: at(task.from), target: at(task.to), hosts };
}

async function logsOf({ logs, status }: SettleContext): Promise<readonly HostLog[]> {
  if (logs === undefined) return [];
  status("reading the logs of both hosts");
  return logs();
}

function inDoubt(task: Move, found: string, virsh: VirshEnd, logs: readonly HostLog[]): LabError {
  return new LabError({
    code: "KVM-609",
    host: `${task.from.name}, ${task.to.name}`,
    expected: `to see where ${task.guest} is after the move`,
    found: `${found}. virsh: ${virsh.complaint ?? "no complaint"}${toldByLogs(logs)}`,
    mend: `nothing was started or stopped; look at both hosts (virsh list --all), then run the same command with --refresh: it goes on from what it finds`,
  });
}

/** As the move was meant: a guest that stood still before arrives standing still, and one that was shut off as a definition. */
function outcomeFor({ before }: Move, { source, target }: Settled): Outcome {
  if (before === "off") return offlineOutcomeOf(source, target);
  const outcome = outcomeOf(source, target);
  if (before === "running") return outcome;
  if (outcome === "arrived-paused") return "arrived";
  return outcome === "stayed-paused" ? "stayed" : outcome;
}

function suspendedByUs({ before, options }: Move, { interventions }: VirshEnd): boolean {
  const paused = options.mode === "paused" || interventions.some(({ act }) => act === "pause");
  return before === "running" && paused;
}
