import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../../provider/host/clock";

/** A clock whose time passes only while somebody sleeps: an hour is over at once. */
export function quickClock(): Clock {
  let nowMs = 0;
  let due: { readonly atMs: number; readonly act: () => void }[] = [];
  return {
    now: () => nowMs,
    async sleep(ms, signal) {
      await setImmediate();
      signal?.throwIfAborted();
      nowMs += ms;
      const ready = due.filter(({ atMs }) => atMs <= nowMs);
      due = due.filter(({ atMs }) => atMs > nowMs);
      for (const { act } of ready) act();
    },
    later(ms, act) {
      const entry = { atMs: nowMs + ms, act };
      due.push(entry);
      return () => {
        due = due.filter((one) => one !== entry);
      };
    },
  };
}
