import { readFileSync } from "node:fs";

/** What /proc/PID/stat says of a process; the name in it may hold spaces and brackets. */
export function parseStat(text: string): { state: string; parent: number; startTime: string } | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent] = fields;
  const startTime = fields[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  return { state, parent: Number(parent), startTime };
}

/** A process, this one by default, for the name of a file that is its own: an id is used again, and so its start, in clock ticks, stands beside it. */
export function processMark(pid = process.pid): string {
  return `${pid}.${startTime(pid)}`;
}

/** Whether the process of a mark still runs. Whatever follows the mark is no matter. */
export function isAtWork(mark: string): boolean {
  const [, pid, start] = /^(\d+)\.(\d*)/.exec(mark) ?? [];
  return pid !== undefined && startTime(Number(pid)) === start && alive(Number(pid));
}

/** Empty where the system has no such file, or no such process. */
function startTime(pid: number): string {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))?.startTime ?? "";
  } catch {
    return "";
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
