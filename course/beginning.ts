import type { Exercise } from "./exercise";

/** What a lab is when an exercise is started in it. */
export type LabBefore = "none" | "bare" | "ready";

/**
 * What the lab is brought up with, one after the other, for an exercise to begin; undefined when the lab is of another kind, and
 * what is in it would be lost. A lab that is up is made whole before it is broken: its guest may have to move first, and
 * what somebody fixed by hand is broken again only by what has changed.
 */
export function beginnings(
  settings: Exercise["settings"],
  before: LabBefore,
): readonly Exercise["settings"][] | undefined {
  if (before === "none") return [settings];
  const isBare = settings.start === "bare";
  if (isBare !== (before === "bare")) return undefined;
  if (isBare) return [];
  const whole = { ...settings, break: [] };
  const breaks = Array.isArray(settings.break) && settings.break.length > 0;
  return breaks ? [whole, settings] : [whole];
}
