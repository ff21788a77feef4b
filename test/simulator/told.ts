import { ProviderError } from "../../provider/errors/provider-error";
import { PreflightFailed } from "../../provider/preflight/preflight-failed";

/** One thing that an error tells of. */
export interface Told {
  /** The guest, or guests, that it is about, where the error is about many guests; else undefined. */
  readonly guest?: string;
  /** Undefined for what is not an error of the product. */
  readonly code?: string;
  readonly message: string;
  /** What to do about it; empty where it does not say. */
  readonly fix: string;
}

/** All that one error says, read as a person does: that of many guests has what is to be done about each in its lines. */
export function toldBy(error: unknown): Told[] {
  if (error instanceof PreflightFailed) return error.failures.flatMap(toldBy);
  if (!(error instanceof ProviderError))
    return [{ message: error instanceof Error ? error.message : String(error), fix: "" }];
  const { code, found, fix } = error.facts;
  if (code !== "KVM-618") return [{ code, message: found, fix }];
  return found
    .split("\n    ")
    .slice(1)
    .map((line) => toldOfGuest(line));
}

function toldOfGuest(line: string): Told {
  const [, guest = "", rest = ""] = /^(.*?): (.*)$/s.exec(line) ?? [];
  const [, code, message, fix] = /^(KVM-\d+) on .*?: (.*); fix: (.*)$/s.exec(rest) ?? [];
  if (code === undefined) return { guest, message: rest, fix: "" };
  return { guest, code, message: message ?? "", fix: fix ?? "" };
}

/** Whether somebody who reads it knows what to do; who cancelled knows it anyway. */
export function hasWayOut({ fix, message, code }: Told): boolean {
  return fix !== "" || (code === undefined && message === "cancelled");
}
