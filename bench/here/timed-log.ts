import type { ResourceLog } from "../../provider/protocol/engine-log";

/** A resource's log that shows when each line was said: in ms since `started`, on performance.now()'s clock. */
export function timedLog(started: number, show: boolean): ResourceLog {
  const line = (kind: string) => (text: string) => {
    const at = (performance.now() - started).toFixed(0).padStart(7);
    if (show) console.log(`${at} ms  ${kind}  ${text}`);
  };
  return { status: line("status"), say: line("say   "), flush: async () => {} };
}
