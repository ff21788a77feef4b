import { setMaxListeners } from "node:events";

/** Ends an inspection at its limit. Each question to each host listens to it, for each guest: more than the ten of which Node.js warns. */
export function inspectionSignal(limitMs: number): AbortSignal {
  const signal = AbortSignal.timeout(limitMs);
  setMaxListeners(0, signal);
  return signal;
}
