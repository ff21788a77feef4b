import type { HostPool } from "../host/host-pool";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import type { Move } from "./move";

/** Long enough for a virsh on an emulated host. */
const resumeMs = 30_000;

/** Lets the guest go on that the move had suspended. Best effort: the next look shows what came of it. */
export async function resume(task: Move, on: string, pool: HostPool): Promise<void> {
  const host = on === task.from.name ? task.from : task.to;
  const command = `${systemVirsh}; ${shellCommand(["virsh", "resume", task.guest])}`;
  const signal = AbortSignal.timeout(resumeMs);
  await pool.run(host, command, { timeoutMs: resumeMs, signal }).catch(() => {});
}
