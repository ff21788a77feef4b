import type { Figure, Service, ServiceRatio, ServiceWindow } from "../sdk/measurement";
import { isMissing } from "../sdk/measurement";
import { quantile, rounded } from "./quantile";
import type { MoveRecord, Request } from "./record";
import { type Window, windowsOf } from "./windows";

/** Fewer answers than this have no percentiles. */
const enough = 5;

/** What the guest's service did before, during and after the move. */
export function serviceOf(record: MoveRecord): Figure<Service> {
  const { about, requests, broken } = record;
  const none = broken ?? `no request from ${about.observer} over TCP was ever answered`;
  return workload(record, requests, none);
}

/** The same of a small service on the host that the guest moves to. */
export function neighbourOf(record: MoveRecord): Figure<Service> {
  const { about, neighbourRequests, broken, neighbourBroken } = record;
  if (about.blind === undefined && !about.neighbour) return { missing: "no neighbour was asked for" };
  const none = `no request from ${about.observer} to a service on ${about.to} was ever answered`;
  return workload(record, neighbourRequests, neighbourBroken ?? broken ?? none);
}

/** Before, during and after the move. The proofs, which keep the guest busy, are in none of the three. */
function workload(record: MoveRecord, requests: readonly Request[], none: string): Figure<Service> {
  const { about } = record;
  if (about.blind !== undefined) return { missing: about.blind };
  if (about.rate === 0) return { missing: "no requests were asked for" };
  if (requests.length === 0) return { missing: none };
  const windows = windowsOf(record);
  const before = windowFigures(requests, windows.before);
  const during = windowFigures(requests, windows.during);
  const after = windowFigures(requests, windows.after);
  return {
    mostPerSecond: about.rate,
    before,
    during,
    after,
    duringToBefore: ratio(during, before),
    afterToBefore: ratio(after, before),
  };
}

/** Latency counts where a request began: one that waited out the switch-over belongs to the move that it began in. */
export function windowFigures(requests: readonly Request[], window: Figure<Window>): Figure<ServiceWindow> {
  if (isMissing(window)) return window;
  const { from, to } = window;
  const begun = requests.filter(({ at }) => at >= from && at < to);
  const latencies = begun.flatMap(({ latencyMs }) => latencyMs ?? []);
  const came = requests.filter(
    ({ at, latencyMs }) => latencyMs !== undefined && at + latencyMs >= from && at + latencyMs < to,
  );
  if (latencies.length < enough)
    return { missing: `${latencies.length} requests in ${((to - from) / 1000).toFixed(1)} s were answered` };
  return {
    seconds: rounded((to - from) / 1000),
    answered: latencies.length,
    unanswered: begun.length - latencies.length,
    perSecond: rounded((came.length * 1000) / (to - from)),
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
  };
}

function ratio(one: Figure<ServiceWindow>, before: Figure<ServiceWindow>): Figure<ServiceRatio> {
  if (isMissing(before)) return { missing: `before the move: ${before.missing}` };
  if (isMissing(one)) return one;
  if (before.perSecond === 0 || before.p50Ms === 0 || before.p95Ms === 0)
    return { missing: "before the move no answer came" };
  return {
    perSecond: rounded(one.perSecond / before.perSecond),
    p50: rounded(one.p50Ms / before.p50Ms),
    p95: rounded(one.p95Ms / before.p95Ms),
  };
}
