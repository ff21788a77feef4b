import type { ErrorCode } from "../errors/catalog";
import { ProviderError } from "../errors/provider-error";
import type { GuestView } from "../host/guest-view";
import { asWord } from "../host/shell-quote";
import { type HostLog, logExcerpt } from "./log-excerpt";
import { migrateCommand, resumeCommand } from "./migrate-command";
import { describeSeen } from "./plan-migration";
import type { MigrationEnd, Move } from "./run-migration";
import type { Situation } from "./situation";

/** What became of a guest that did not arrive as it should. */
type Failed = "stayed" | "stands still" | "post-copy broken" | "moved on" | "runs nowhere";

const codes: Readonly<Record<Failed, ErrorCode>> = {
  stayed: "KVM-605",
  "stands still": "KVM-612",
  "post-copy broken": "KVM-614",
  "moved on": "KVM-641",
  "runs nowhere": "KVM-606",
};

/** What there is to say about a move that did not end as it should, by what the hosts and their logs show. */
export function notArrived(
  task: Move,
  view: GuestView,
  situation: Situation,
  end: MigrationEnd,
  logs: readonly HostLog[] = [],
): ProviderError {
  const { guest, from, to } = task;
  const failed = failedAs(task, situation);
  return new ProviderError({
    code: failed === "stayed" && abortedFor(end) === "not converging" ? "KVM-613" : codes[failed],
    host: `${from.name}, ${to.name}`,
    expected: `${guest} to ${verbs[task.before]} on ${to.name} after the move`,
    found: `${describeSeen(guest, view)}. virsh: ${end.complaint ?? "no complaint"}${logExcerpt(logs)}`,
    fix: fixOf(failed, task, situation, end),
  });
}

/** A post-copy that carries nothing any more, while both QEMUs still wait for each other. */
export function postCopyStalled(
  task: Move,
  view: GuestView,
  stalledMs: number,
  { complaint = "no complaint" }: MigrationEnd,
  logs: readonly HostLog[],
): ProviderError {
  const { guest, from, to } = task;
  return new ProviderError({
    code: "KVM-614",
    host: `${from.name}, ${to.name}`,
    expected: `${to.name} to fetch the rest of ${guest}'s memory from ${from.name}`,
    found: `nothing was carried for ${Math.round(stalledMs / 1000)} s; ${describeSeen(guest, view)}. virsh: ${complaint}${logExcerpt(logs)}`,
    fix: `${restoreNetwork(task)}, then run the same command again: it follows the move, which goes on when the hosts hear each other`,
  });
}

function failedAs({ before, from, to }: Move, situation: Situation): Failed {
  switch (situation.kind) {
    case "running":
      if (situation.on === from.name) return "stayed";
      return situation.on === to.name ? "stands still" : "moved on";
    case "paused":
      if (situation.on !== from.name && situation.on !== to.name) return "moved on";
      return situation.on === from.name && before === "paused" ? "stayed" : "stands still";
    case "off":
      return before === "off" && situation.on.includes(from.name) ? "stayed" : "runs nowhere";
    case "post-copy broken":
      return "post-copy broken";
    default:
      return "runs nowhere";
  }
}

const verbs: Readonly<Record<Move["before"], string>> = {
  running: "run",
  paused: "stand still, as before,",
  off: "be defined",
};

/** Why the watch over a move gave it up; undefined when it did not. */
function abortedFor({ interventions }: MigrationEnd): "not converging" | "stalled" | undefined {
  for (const intervention of interventions)
    if (intervention.act === "abort") return intervention.stalled ? "stalled" : "not converging";
  return undefined;
}

const convergeFix =
  "the guest went on where it was; it writes faster than it is copied: give the move more bandwidthMiBps, or autoConverge, or convergence.action force, pause, or postCopy (mode hybrid), then run the same command again";

function fixOf(failed: Failed, task: Move, situation: Situation, end: MigrationEnd): string {
  const { guest, uuid, names, from, to, options } = task;
  switch (failed) {
    case "stayed":
      return fixOfStayed(task, end);
    case "stands still": {
      const on = situation.kind === "paused" ? situation.on : to.name;
      return `on ${on}: virsh domstate ${uuid} --reason; virsh resume ${uuid}`;
    }
    case "post-copy broken":
      return `${restoreNetwork(task)}, then run the same command again: it recovers the move, on ${from.name}: ${resumeCommand(guest, to.name, options)}`;
    case "moved on":
      return "somebody else moved it meanwhile: run the same command again to move it from there";
    case "runs nowhere":
      return `look why it ended: ${logsOf(names)}; then start it: virsh start ${uuid}`;
  }
}

function restoreNetwork({ from, to }: Move): string {
  return `destroy neither half: each has a part of the memory. Restore the network from ${from.name} to ${to.name}`;
}

function logsOf({ from, to }: Move["names"]): string {
  const log = (name: string) => asWord(`/var/log/libvirt/qemu/${name}.log`);
  return from === to ? `on both hosts, ${log(from)}` : `${log(from)}, on the target ${log(to)}`;
}

function fixOfStayed({ guest, from, to, options }: Move, end: MigrationEnd): string {
  switch (abortedFor(end)) {
    case "not converging":
      return convergeFix;
    case "stalled":
      return `the guest went on where it was; fix the network from ${from.name} to ${to.name} (on ${from.name}: ping -c 3 ${to.name}), then run the same command again`;
  }
  return end.cancelled
    ? "the move was cancelled, and the guest went on where it was; run the same command again to move it"
    : `fix what virsh says, then run the same command again; to see it by hand, on ${from.name}: ${migrateCommand(guest, to.name, options)}`;
}
