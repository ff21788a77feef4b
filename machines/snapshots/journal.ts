import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What a command has begun with a lab and not ended: read by the next one when it was killed. */
const unfinished = z.discriminatedUnion("work", [
  z.object({
    work: z.literal("save"),
    /** Up to `waking` the machines may stand still; from `sealing` on they run. */
    stage: z.enum(["pausing", "memory", "disks", "waking", "sealing"]),
    machines: z.array(z.string()),
  }),
  z.object({
    work: z.literal("restore"),
    /** `laying-out`: files are written, machines are not started. */
    stage: z.enum(["laying-out", "starting", "answering"]),
    /** The command that was at it, and fixes it when it is given again. */
    command: z.string(),
  }),
]);
export type UnfinishedWork = Readonly<z.output<typeof unfinished>>;
export type SaveStage = Extract<UnfinishedWork, { work: "save" }>["stage"];
export type RestoreStage = Extract<UnfinishedWork, { work: "restore" }>["stage"];

/** What is to be done about it before anything else happens to the lab. */
export type Settling =
  | { readonly kind: "nothing" }
  | { readonly kind: "clear away" }
  | { readonly kind: "wake, then clear away"; readonly machines: readonly string[] }
  | { readonly kind: "refuse"; readonly command: string };

export function settlingOf(work: UnfinishedWork | undefined, hypervisorRuns: boolean): Settling {
  if (work === undefined) return { kind: "nothing" };
  if (work.work === "restore") return { kind: "refuse", command: work.command };
  if (work.stage === "sealing" || !hypervisorRuns) return { kind: "clear away" };
  return { kind: "wake, then clear away", machines: work.machines };
}

export async function readUnfinished(labFolder: string): Promise<UnfinishedWork | undefined> {
  const text = await readFile(journalFile(labFolder), "utf8").catch(() => undefined);
  return text === undefined ? undefined : unfinished.parse(JSON.parse(text));
}

/** In one step: a reader meets no half of it. */
export async function writeUnfinished(labFolder: string, work: UnfinishedWork): Promise<void> {
  const draft = `${journalFile(labFolder)}.new`;
  await writeFile(draft, JSON.stringify(work));
  await rename(draft, journalFile(labFolder));
}

export async function forgetUnfinished(labFolder: string): Promise<void> {
  await rm(journalFile(labFolder), { force: true });
}

function journalFile(labFolder: string): string {
  return join(labFolder, "unfinished.json");
}
