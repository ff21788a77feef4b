import type { Availability } from "./availability";
import type { MaintainedHost } from "./maintain";
import { textTable } from "./table";

/** A guest's service, and what was seen of it, or why nothing was. */
export interface WatchedService {
  readonly guest: string;
  readonly seen: Availability | string;
}

/** What a maintenance took, host by host, and how the guests' services answered meanwhile. */
export function maintenanceText(
  hosts: readonly MaintainedHost[],
  services: readonly WatchedService[],
): string {
  const seconds = (value: number) => value.toFixed(1);
  return [
    textTable(
      ["host", "guests", "emptied (s)", "serviced (s)", "guests home (s)"],
      hosts.map(({ host, guests, left, serviced, home }) => [
        host,
        String(guests),
        ...[left, serviced, home].map(seconds),
      ]),
      { right: [1, 2, 3, 4] },
    ),
    ...services.map(({ guest, seen }) => `${guest}: ${typeof seen === "string" ? seen : serviceText(seen)}`),
  ].join("\n");
}

function serviceText({ seconds, asked, answered, longestGapMs }: Availability): string {
  const percent = asked === 0 ? 0 : (100 * answered) / asked;
  // 99.996 is not 100.
  const shown = answered === asked ? "100" : Math.min(percent, 99.99).toFixed(2);
  return `answered ${answered} of ${asked} questions in ${seconds.toFixed(0)} s (${shown} %); the longest time without an answer was ${(longestGapMs / 1000).toFixed(1)} s`;
}
