import { LabError } from "../../errors/lab-error";
import { type DomainOnHost, lookAt } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { run } from "../host/remote-shell";
import { shellCommand } from "../host/shell-quote";
import { latestPercent } from "../host/virsh-text";
import { describeSeen } from "./decide";
import { migrateCommand } from "./migrate-command";
import { outcomeOf } from "./outcome";

export interface Move {
  readonly guest: string;
  readonly from: HostConnection;
  readonly to: HostConnection;
  readonly timeoutMs: number;
}

export interface MoveContext {
  readonly pool: HostPool;
  readonly signal: AbortSignal;
  /** Shown in place while it runs. */
  readonly status: (line: string) => void;
}

/** What both hosts showed after a move. */
export interface Moved {
  readonly source: DomainOnHost;
  readonly target: DomainOnHost;
}

/** How long libvirt has for ending its job by itself after it was told to. */
const abortGraceMs = 20_000;

/**
 * Runs the move and looks at both hosts afterwards, whatever virsh said. When the move is called off or takes too
 * long, its job is aborted, so that the guest goes on where it was.
 *
 * @throws LabError KVM-605 the guest stayed, KVM-603 two copies, KVM-606 it runs nowhere
 */
export async function move(task: Move, context: MoveContext): Promise<Moved> {
  const complaint = await runMigrate(task, context);
  // A new signal: also a move that was called off is looked at to its end.
  const options = { signal: AbortSignal.timeout(2 * 60_000), withJob: true };
  const [source, target] = await Promise.all([
    lookAt(context.pool, task.from, task.guest, options),
    lookAt(context.pool, task.to, task.guest, options),
  ]);
  if (outcomeOf(source, target) === "arrived") return { source, target };
  throw notArrived(task, { source, target }, complaint);
}

/** Undefined when virsh ended well, else what there is to say about it. */
async function runMigrate(task: Move, context: MoveContext): Promise<string | undefined> {
  const client = await context.pool.connect(task.from, context.signal);
  let output = "";
  const show = (text: string) => {
    output += text;
    const percent = latestPercent(output);
    if (percent !== undefined) context.status(`moving ${task.guest} to ${task.to.name}: ${percent}%`);
  };
  const onAbort = () => void abortJob(task, context.pool);
  context.signal.addEventListener("abort", onAbort, { once: true });
  try {
    const result = await run(client, `LC_ALL=C ${migrateCommand(task.guest, task.to.name)}`, {
      timeoutMs: task.timeoutMs,
      signal: context.signal,
      stop: { signal: "INT", graceMs: abortGraceMs },
      onStdout: show,
      onStderr: show,
    });
    return result.exitCode === 0
      ? undefined
      : withoutProgress(output) || `virsh ended with ${result.exitCode}`;
  } catch (error) {
    if (error instanceof LabError && error.facts.code === "KVM-405") await abortJob(task, context.pool);
    return error instanceof Error ? error.message : String(error);
  } finally {
    context.signal.removeEventListener("abort", onAbort);
  }
}

/** Tells libvirt to give the job up; without a job there is nothing to do. */
async function abortJob(task: Move, pool: HostPool): Promise<void> {
  const client = await pool.connect(task.from, AbortSignal.timeout(30_000));
  await run(client, shellCommand(["virsh", "domjobabort", task.guest]), { timeoutMs: abortGraceMs }).catch(
    () => {},
  );
}

/** virsh's own words, without its progress lines. */
export function withoutProgress(output: string): string {
  return output
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("Migration:"))
    .join("; ");
}

function notArrived(task: Move, seen: Moved, complaint: string | undefined): LabError {
  const outcome = outcomeOf(seen.source, seen.target);
  const code = outcome === "stayed" ? "KVM-605" : outcome === "two-copies" ? "KVM-603" : "KVM-606";
  const mends = {
    "KVM-605": `mend what virsh says, then run the same command again; to see it by hand, on ${task.from.name}: ${migrateCommand(task.guest, task.to.name)}`,
    "KVM-603": `stop the copy that is wrong, at once: virsh destroy ${task.guest} on that host`,
    "KVM-606": `look why it ended: on both hosts, /var/log/libvirt/qemu/${task.guest}.log; then start it: virsh start ${task.guest}`,
  } as const;
  return new LabError({
    code,
    host: `${task.from.name}, ${task.to.name}`,
    expected: `${task.guest} to run on ${task.to.name} after the move`,
    found: `${describeSeen(task.guest, [seen.source, seen.target])}. virsh: ${complaint ?? "no complaint"}`,
    mend: mends[code],
  });
}
