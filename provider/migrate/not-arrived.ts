import type { ErrorCode } from "../../errors/catalog";
import { LabError } from "../../errors/lab-error";
import { describeSeen } from "./decide";
import { migrateCommand, resumeCommand } from "./migrate-command";
import type { Move, VirshEnd } from "./move";
import type { Outcome } from "./outcome";
import type { Settled } from "./settle";
import { type HostLog, toldByLogs } from "./telling-lines";

type Failed = Exclude<Outcome, "arrived" | "under-way">;

const codes: Readonly<Record<Failed, ErrorCode>> = {
  stayed: "KVM-605",
  "stayed-paused": "KVM-612",
  "arrived-paused": "KVM-612",
  "post-copy-failed": "KVM-614",
  "two-copies": "KVM-603",
  "not-running": "KVM-606",
};

/** What there is to say about a move that did not end as it should, by what the hosts and their logs show. */
export function notArrived(
  task: Move,
  seen: Settled,
  outcome: Failed,
  virsh: VirshEnd,
  logs: readonly HostLog[] = [],
): LabError {
  const { guest, from, to } = task;
  const reasons = [seen.source, seen.target].flatMap(({ host, domain }) =>
    domain?.reason === undefined || (domain.state === "running" && domain.reason !== "post-copy failed")
      ? []
      : [`${domain.state} on ${host}: ${domain.reason}`],
  );
  const facts = [describeSeen(guest, seen.hosts), ...reasons].join("; ");
  return new LabError({
    code: outcome === "stayed" && abortedFor(virsh) === "not converging" ? "KVM-613" : codes[outcome],
    host: `${from.name}, ${to.name}`,
    expected: `${guest} to ${verbs[task.before]} on ${to.name} after the move`,
    found: `${facts}. virsh: ${virsh.complaint ?? "no complaint"}${toldByLogs(logs)}`,
    mend: mendOf(outcome, task, virsh),
  });
}

const verbs: Readonly<Record<Move["before"], string>> = {
  running: "run",
  paused: "stand still, as before,",
  off: "be defined",
};

/** Why the watch over a move gave it up; undefined when it did not. */
function abortedFor({ interventions }: VirshEnd): "not converging" | "stalled" | undefined {
  for (const intervention of interventions)
    if (intervention.act === "abort") return intervention.stalled ? "stalled" : "not converging";
  return undefined;
}

const convergeMend =
  "the guest went on where it was; it writes faster than it is copied: give the move more bandwidthMiBps, or autoConverge, or convergence.action force, pause, or postCopy (mode hybrid), then run the same command again";

function mendOf(outcome: Failed, task: Move, virsh: VirshEnd): string {
  const { guest, names, from, to, options } = task;
  switch (outcome) {
    case "stayed":
      return mendOfStayed(task, virsh);
    case "stayed-paused":
      return `on ${from.name}: virsh domstate ${guest} --reason; virsh resume ${guest}`;
    case "arrived-paused":
      return `on ${to.name}: virsh domstate ${guest} --reason; virsh resume ${guest}`;
    case "post-copy-failed":
      return `destroy neither copy: each has a part of the memory. Mend the way from ${from.name} to ${to.name}, then on ${from.name}: ${resumeCommand(guest, to.name, options)}`;
    case "two-copies":
      return `stop the copy that is wrong, at once: virsh destroy ${guest} on that host`;
    case "not-running":
      return `look why it ended: ${logsOf(names)}; then start it: virsh start ${guest}`;
  }
}

function logsOf({ from, to }: Move["names"]): string {
  const log = (name: string) => `/var/log/libvirt/qemu/${name}.log`;
  return from === to ? `on both hosts, ${log(from)}` : `${log(from)}, on the target ${log(to)}`;
}

function mendOfStayed({ guest, from, to, options }: Move, virsh: VirshEnd): string {
  switch (abortedFor(virsh)) {
    case "not converging":
      return convergeMend;
    case "stalled":
      return `the guest went on where it was; mend the network from ${from.name} to ${to.name} (on ${from.name}: ping -c 3 ${to.name}), then run the same command again`;
  }
  return virsh.calledOff
    ? "the move was called off, and the guest went on where it was; run the same command again to move it"
    : `mend what virsh says, then run the same command again; to see it by hand, on ${from.name}: ${migrateCommand(guest, to.name, options)}`;
}
