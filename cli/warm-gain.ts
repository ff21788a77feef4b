import { quantile } from "kvmlab-provider/measure/quantile";
import { z } from "zod";

/** What of an `./lab up`'s result is read. */
const started = z.object({
  servers: z.string().optional(),
  stages: z.array(z.object({ stage: z.string(), seconds: z.number() })),
});

/**
 * What the warm start brought to a run of many `./lab up`, in words: how long a new lab takes until its guest answers, from kept
 * memories and without, and how long the run would have taken had every server booted. `journal`: the lines of KVMLAB_JOURNAL.
 */
export function warmGain(journal: string, runSeconds: number): string {
  const ups = journal
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => started.parse(JSON.parse(line)));
  const stage = (name: string) => (up: (typeof ups)[number]) =>
    up.stages.filter((one) => one.stage.trim() === name).map(({ seconds }) => seconds);
  const answered = (how: string) =>
    ups.filter(({ servers }) => servers === how).flatMap(stage("guest answered after"));
  const [warm, booted] = [answered("memory"), answered("boot")];
  if (warm.length === 0 || booted.length === 0) return "";
  const [fast, slow] = [quantile(warm, 0.5), quantile(booted, 0.5)];
  // Making the sets, comparing them with what was written down, waiting for another that makes one: that counts twice, so that
  // rather too little is said than too much.
  const keeping = ups.flatMap(stage("booted servers")).reduce((sum, seconds) => sum + seconds, 0);
  const without = runSeconds - keeping + warm.length * (slow - fast);
  return [
    `Until its guest answered, a new lab took ${fast.toFixed(1)} s from kept memories (median of ${warm.length}), and`,
    ` ${slow.toFixed(1)} s where the servers booted (of ${booted.length}). Making and checking what is kept took ${keeping.toFixed(0)} s.`,
    `\nThis run took ${runSeconds.toFixed(0)} s; had every server booted it would have been about ${without.toFixed(0)} s.`,
  ].join("");
}
