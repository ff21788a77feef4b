import { isMissing, type Measurement } from "../sdk/measurement";

/** The three figures in one line of a log. */
export function figuresLine({ observer, downtime, total, service, libvirt }: Measurement): string {
  const libvirts = isMissing(libvirt.downtimeMs) ? "" : ` (libvirt: ${libvirt.downtimeMs.ms} ms)`;
  const parts = [
    isMissing(total)
      ? `total time missing: ${total.missing}`
      : `total time ${(total.ms / 1000).toFixed(1)} s`,
    isMissing(downtime)
      ? `downtime missing: ${downtime.missing}`
      : `downtime ${downtime.ms.toFixed(0)} ± ${downtime.uncertaintyMs.toFixed(0)} ms${libvirts}`,
    impact(service),
  ];
  return `measured${observer === "" ? "" : ` from ${observer}`}: ${parts.join("; ")}`;
}

function impact(service: Measurement["service"]): string {
  if (isMissing(service)) return `service missing: ${service.missing}`;
  const { afterToBefore: after } = service;
  if (isMissing(after)) return `service missing: ${after.missing}`;
  return `after it ${after.perSecond.toFixed(2)} times the answers a second, ${after.p50.toFixed(2)} times the median latency`;
}
