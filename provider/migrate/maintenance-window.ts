import { ProviderError } from "../errors/provider-error";

/** When moves may begin: ISO 8601 with an offset. An end that is left out is open. */
export interface MaintenanceWindow {
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
}

/**
 * Why no move may begin now; undefined inside the window.
 *
 * @param now in ms since 1970, by this machine's clock
 * @returns ProviderError KVM-674
 */
export function closedNow(
  { notBefore, notAfter }: MaintenanceWindow,
  now: number,
): ProviderError | undefined {
  if (notBefore !== undefined && now < Date.parse(notBefore))
    return closed(notBefore, notAfter, now, `run the same command again after ${notBefore}`);
  if (notAfter !== undefined && now > Date.parse(notAfter))
    return closed(notBefore, notAfter, now, "give the next window as notBefore and notAfter, then run again");
  return undefined;
}

/** The window for people: `from 2026-12-01T22:00:00Z to 2026-12-02T02:00:00Z`; empty where it is always open. */
export function windowText({ notBefore, notAfter }: MaintenanceWindow): string {
  return [notBefore && `from ${notBefore}`, notAfter && `to ${notAfter}`].filter(Boolean).join(" ");
}

function closed(
  notBefore: string | undefined,
  notAfter: string | undefined,
  now: number,
  fix: string,
): ProviderError {
  return new ProviderError({
    code: "KVM-674",
    expected: `the maintenance window, ${windowText({ notBefore, notAfter })}`,
    found: `${new Date(now).toISOString()} by this machine's clock; no move was begun`,
    fix,
  });
}
