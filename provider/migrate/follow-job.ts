import { connectSoon } from "../host/connect-soon";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { shellCommand } from "../host/shell-quote";
import { systemVirsh } from "../host/virsh-environment";
import { samplingCommands } from "./watch";

interface Followed {
  readonly uuid: string;
  readonly from: HostConnection;
  readonly options: { readonly progressSeconds: number };
}

interface Context {
  readonly pool: HostPool;
  readonly limitMs: number;
  /** Aborted when the end is not waited for any more. */
  readonly gaveUp: AbortSignal;
  /** Is given all that virsh says of the job. */
  readonly onSampled: (text: string) => void;
}

/** $1: what is asked; $2: the pause, in seconds. One virsh answers every time. What it says of a guest that is gone is wanted, too. */
const script = 'while echo "$1"; do sleep "$2"; done | virsh -q 2>&1';

/**
 * What virsh says when the source has no job on the guest any more, no such guest, or only its definition. A post-copy that broke keeps its job, as one that
 * goes on, for a recovery: nothing comes of it by itself.
 */
const noJob =
  /Job type:\s+(?:None|Completed|Failed|Cancelled)|failed to get domain|Domain not found|domain is not running|\(post-copy failed\)/;

/** Follows a job that libvirtd carries, without being needed for it. True: there is none any more; false: it could not be seen. */
export async function followJob(
  { uuid, from, options }: Followed,
  { pool, limitMs, gaveUp, onSampled }: Context,
): Promise<boolean> {
  const over = new AbortController();
  let said = "";
  const words = ["sh", "-c", script, "sh", samplingCommands(uuid), String(options.progressSeconds)];
  try {
    await connectSoon(pool, from, gaveUp);
    await pool.run(from, `${systemVirsh}; ${shellCommand(words)}`, {
      timeoutMs: limitMs,
      signal: AbortSignal.any([gaveUp, over.signal]),
      onStdout: (text) => {
        onSampled(text);
        // An answer may come in pieces.
        said = (said + text).slice(-400);
        if (noJob.test(said)) over.abort(new Error("the job is over"));
      },
    });
  } catch {
    // It ended because the job did, or the way to the source was lost: the signal tells which.
  }
  return over.signal.aborted;
}
