import type { Figure, Service, ServiceRatio, ServiceWindow } from "../sdk/measurement";
import { isMissing } from "../sdk/measurement";
import { quantile, rounded } from "./quantile";
import type { MoveRecord, Request } from "./record";
import type { MarkName } from "./sample";

/** Fewer answers than this have no percentiles. */
const enough = 5;

interface Window {
  readonly from: number;
  readonly to: number;
}

/** What the guest's service did before, during and after the move. The proofs, which keep the guest busy, are in none of the three. */
export function serviceOf(record: MoveRecord): Figure<Service> {
  const { about, requests } = record;
  if (about.blind !== undefined) return { missing: about.blind };
  if (about.rate === 0) return { missing: "no requests were asked for" };
  if (requests.length === 0)
    return { missing: record.broken ?? `no request from ${about.observer} over TCP was ever answered` };
  const figures = (from: MarkName, to: MarkName) => windowFigures(requests, windowOf(record, from, to));
  const before = figures("preflighted", "command");
  const during = figures("command", "virsh-ended");
  const after = figures("proved", "end");
  return {
    mostPerSecond: about.rate,
    before,
    during,
    after,
    duringToBefore: ratio(during, before),
    afterToBefore: ratio(after, before),
  };
}

function windowOf({ marks }: MoveRecord, begin: MarkName, end: MarkName): Figure<Window> {
  const [from, to] = [marks.get(begin), marks.get(end)];
  if (from === undefined || to === undefined || to <= from)
    return { missing: `there was no time between ${begin} and ${end}` };
  return { from, to };
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
