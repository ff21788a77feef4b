import type { GuestStatus } from "./guest-status";
import type { LabStatus } from "./status";
import { textTable } from "./table";

/** The status as a table for people. */
export function statusTable(status: LabStatus, now = Date.now()): string {
  const rows = status.servers.map(({ name, release, answers, share, guests }) => [
    name,
    release,
    answers ? "answers" : "silent",
    share,
    guests,
  ]);
  const troubles = status.servers.flatMap(({ trouble }) => (trouble ? [trouble] : []));
  return [
    textTable(["server", "release", "SSH", "share", "guests"], rows, { widths: [8, 10, 9, 60, 24] }),
    ...status.guests.flatMap((guest) => guestLines(guest, now)),
    ...(status.names ? [status.names] : []),
    ...(status.unfinished ? [status.unfinished] : []),
    ...(status.complete ? [] : [`The lab was not built to its end: ./lab up ${status.lab} goes on`]),
    ...troubles,
  ].join("\n");
}

function guestLines(
  { name, runningOn, since, copies, state, situation }: GuestStatus,
  now: number,
): string[] {
  const stands = copies.length === 1 && state !== "running";
  const runs = copies.length > 0 || runningOn === "nowhere";
  const where = runningOn === "nowhere" ? "nowhere" : `on ${runningOn}`;
  const how = stands ? `is ${state} ${where}` : runs ? `runs ${where}` : `is ${runningOn}`;
  const duration = since ? `, since ${since} (${ago(now - Date.parse(since))})` : "";
  return [`${name} ${how}${duration}`, ...(situation === "" ? [] : [`${name}: ${situation}`])];
}

function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "less than a minute ago";
  if (minutes < 120) return `${minutes} min ago`;
  return `${Math.floor(minutes / 60)} h ago`;
}
