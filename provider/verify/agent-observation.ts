import type { z } from "zod";
import {
  type AgentAnswer,
  errorsFileOf,
  fileHandle,
  filePiece,
  guestTimeMs,
  type MountedDisk,
  parseBootId,
  parseMounts,
  parseUptimeMs,
} from "../host/agent-answers";
import type { AgentCommand } from "../host/agent-session";
import { type Figure, isMissing } from "../sdk/measurement";

/** A file system on a disk of the guest's, as the guest sees it. */
export interface AgentDisk extends MountedDisk {
  /** What its driver has counted; null where nobody tells. */
  readonly errors: number | null;
}

/** What the guest agent said of its guest at one time. */
export interface AgentObservation {
  readonly bootId: Figure<string>;
  readonly uptimeMs: Figure<number>;
  /** Between these two the uptime was read, on performance.now()'s clock. */
  readonly uptimeAsked: number;
  readonly uptimeAnswered: number;
  /** The guest's own clock, in ms since 1970. */
  readonly clockMs: Figure<number>;
  readonly disks: Figure<readonly AgentDisk[]>;
}

/** Whoever carries out the agent's commands. */
interface Asked {
  ask(command: AgentCommand): Promise<AgentAnswer>;
}

/** The agent does not answer any more. */
export class AgentSilent extends Error {}

/** More than any guest's table of mounts. */
const mostBytes = 65_536;
/** Of the disks that are asked for one after the other. */
const mostDisks = 8;

/**
 * Asks all that the proofs need. What the agent refuses is missing, with its reason.
 *
 * @throws AgentSilent it does not answer
 */
export async function hearAgent(asked: Asked): Promise<AgentObservation> {
  const hearing = new Hearing(asked);
  const bootId = await hearing.read("/proc/sys/kernel/random/boot_id", parseBootId);
  const uptimeAsked = performance.now();
  const uptimeMs = await hearing.read("/proc/uptime", parseUptimeMs);
  const uptimeAnswered = performance.now();
  const clockMs = await hearing.tell({ execute: "guest-get-time" }, guestTimeMs);
  const mounts = await hearing.read("/proc/mounts", parseMounts);
  const disks = isMissing(mounts) ? mounts : await hearing.counted(mounts.slice(0, mostDisks));
  return { bootId, uptimeMs, uptimeAsked, uptimeAnswered, clockMs, disks };
}

class Hearing {
  constructor(readonly asked: Asked) {}

  async tell<T>(command: AgentCommand, schema: z.ZodType<T>): Promise<Figure<T>> {
    const answer = await this.asked.ask(command);
    if (answer.kind === "silent") throw new AgentSilent(answer.words);
    if (answer.kind === "refused") return { missing: `${command.execute}: ${answer.words}` };
    const read = schema.safeParse(answer.value);
    return read.success ? read.data : { missing: `${command.execute}: an answer that cannot be read` };
  }

  /** A file of the guest's; it is closed again, whatever was read. */
  async read<T>(path: string, parse: (text: string) => T | undefined): Promise<Figure<T>> {
    const handle = await this.tell(
      { execute: "guest-file-open", arguments: { path, mode: "r" } },
      fileHandle,
    );
    if (isMissing(handle)) return handle;
    const text = await this.tell(
      { execute: "guest-file-read", arguments: { handle, count: mostBytes } },
      filePiece,
    );
    await this.asked.ask({ execute: "guest-file-close", arguments: { handle } });
    if (isMissing(text)) return text;
    return parse(text) ?? { missing: `${path} of the guest has none` };
  }

  async counted(mounts: readonly MountedDisk[]): Promise<readonly AgentDisk[]> {
    const disks: AgentDisk[] = [];
    for (const mount of mounts) {
      const file = errorsFileOf(mount);
      const errors = file === undefined ? undefined : await this.read(file, countIn);
      disks.push({ ...mount, errors: typeof errors === "number" ? errors : null });
    }
    return disks;
  }
}

function countIn(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
