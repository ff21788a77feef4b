import { setTimeout as sleep } from "node:timers/promises";

/** The time that decisions go by: monotonic, and another one where the hosts are simulated. */
export interface Clock {
  /** In ms. */
  now(): number;
  /** Rejects with the signal's reason when that aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Does something later, unless the function that it gives is called before. */
  later(ms: number, act: () => void): () => void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
  later(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
