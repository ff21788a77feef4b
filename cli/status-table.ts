import type { LabStatus } from "./status";
import { textTable } from "./table";

/** The status as a table for people. */
export function statusTable(status: LabStatus, now = Date.now()): string {
  const rows = status.servers.map(({ name, answers, share, guests }) => [
    name,
    answers ? "answers" : "silent",
    share,
    guests,
  ]);
  const { name, runningOn, since, copies, state, situation } = status.guest;
  const stands = copies.length === 1 && state !== "running";
  const troubles = status.servers.flatMap(({ trouble }) => (trouble ? [trouble] : []));
  return [
    textTable(["server", "SSH", "share", "guests"], rows, { widths: [8, 9, 60, 24] }),
    `${name} ${stands ? `is ${state} on ${runningOn}` : copies.length > 0 || runningOn === "nowhere" ? `runs ${runningOn === "nowhere" ? "" : "on "}${runningOn}` : `is ${runningOn}`}${since ? `, since ${since} (${ago(now - Date.parse(since))})` : ""}`,
    ...(situation === "" ? [] : [`${name}: ${situation}`]),
    ...(status.names ? [status.names] : []),
    ...(status.unfinished ? [status.unfinished] : []),
    ...(status.complete ? [] : [`The lab was not built to its end: ./lab up ${status.lab} goes on`]),
    ...troubles,
  ].join("\n");
}

function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "less than a minute ago";
  if (minutes < 120) return `${minutes} min ago`;
  return `${Math.floor(minutes / 60)} h ago`;
}
