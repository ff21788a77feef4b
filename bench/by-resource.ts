import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import type { Place } from "./move-pairs";

const limitMs = 15 * 60_000;
const moved = z.object({
  totalTimeMs: z.number(),
  jobTimeMs: z.number(),
  downtimeMs: z.number(),
});
const result = z.object({ migration: z.object({ moved: z.boolean() }).and(moved.partial()) });

/** Moves a lab's guest by `./lab up` with these settings; its own figures, or none where it was there already. */
export async function upWithGuestOn(
  lab: string,
  to: Place,
  settings: readonly string[] = [],
): Promise<z.output<typeof moved> | undefined> {
  const words = [`guestRunsOn=${to}`, ...settings].flatMap((setting) => ["-c", setting]);
  const up = ["up", lab, "--json", ...words];
  const { stdout } = await execa(join(__dirname, "..", "lab"), up, { timeout: limitMs });
  const { migration } = result.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}"));
  return migration.moved ? moved.parse(migration) : undefined;
}

/** Takes a lab down, whether it is there or not. */
export async function down(lab: string): Promise<void> {
  await execa(join(__dirname, "..", "lab"), ["down", lab], { timeout: limitMs });
}
