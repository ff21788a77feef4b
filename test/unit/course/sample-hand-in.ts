import { gunzipSync, gzipSync } from "node:zlib";
import type { Content } from "../../../course/hand-in/content";
import { examine, type Known, type Submission } from "../../../course/hand-in/examine";
import { gradesOf } from "../../../course/hand-in/grades";
import { checksDigest } from "../../../course/hand-in/points";
import { newKey, seal } from "../../../course/hand-in/sealed";
import { readExercise } from "../../../course/read-exercises";

export const experiment = readExercise("experiment");

/** All checks of the experiment passed, in a lab of its own. */
export function sampleContent(lab: string, changed: Partial<Content> = {}): Content {
  return {
    student: "",
    at: "2026-11-30T08:00:00.000Z",
    lab: { name: "bare", identity: `identity of ${lab}` },
    exercise: { name: experiment.name, checks: checksDigest(experiment) },
    checks: experiment.steps.flatMap((step) =>
      step.checks.map(({ name: check, weight }) => ({
        ...{ step: step.name, check, verdict: "passed" as const, seen: "", weight },
      })),
    ),
    history: [
      {
        server: "source",
        file: ".bash_history",
        lines: ["#1764489600", ...Array.from({ length: 8 }, (_, line) => `echo ${lab} ${line}`)],
      },
    ],
    openShells: [],
    silent: [],
    guests: [{ guest: "guest", host: "target", uuid: "1", state: "running", reason: "migrated" }],
    guestBoot: `boot of ${lab}`,
    moves: [],
    versions: {},
    ...changed,
  };
}

export function sealed(lab: string, changed: Partial<Content> = {}, key = newKey()): Buffer {
  return seal(sampleContent(lab, changed), key);
}

/** As somebody changes it who has no key: the text of what was signed is another one. */
export function forged(file: Buffer, change: (content: string) => string): Buffer {
  const outer = JSON.parse(gunzipSync(file).toString());
  return gzipSync(JSON.stringify({ ...outer, content: change(outer.content) }));
}

/** As Moodle names a student's file. */
export function moodlePath(name: string, participant: number, file = "hand-in.json.gz"): string {
  return `${name}_${participant}_assignsubmission_file_/${file}`;
}

export const known: Known = {
  exercise: (name) => (name === experiment.name ? experiment : undefined),
  keys: undefined,
};

export function graded(submissions: readonly Submission[], keys?: Known["keys"]) {
  return gradesOf(submissions.map((one) => examine(one, { ...known, keys })));
}
