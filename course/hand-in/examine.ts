import { createHash } from "node:crypto";
import type { Exercise } from "../exercise";
import type { Content } from "./content";
import type { Flag, Likeness } from "./flags";
import { checksDigest, figuresMatch, type Points, pointsOf } from "./points";
import { open } from "./sealed";
import { isSameName, printable, type Submitter, submitterOf } from "./submission-name";

/** One file of a bulk download: its bytes, or why there are none. */
export interface Submission {
  readonly path: string;
  readonly file: Buffer | { readonly flag: "too-large" | "damaged" | "unsafe-path"; readonly about: string };
}

/** What hand-ins are compared with. */
export interface Known {
  /** An exercise of this project by its name. */
  readonly exercise: (name: string) => Exercise | undefined;
  /** Whose lab has which key; undefined where the teacher has no list. */
  readonly keys: ReadonlyMap<string, string> | undefined;
}

/** One file, looked at by itself. Without its samples: a class has three hundred. */
export interface Examined {
  readonly path: string;
  readonly submitter: Submitter;
  readonly flags: readonly Flag[];
  /** What two students' files may have in common, and should not. */
  readonly marks: readonly { readonly likeness: Likeness; readonly mark: string }[];
  /** Undefined where the file is none. */
  readonly handIn?: HandIn;
}

export interface HandIn {
  readonly exercise: string;
  readonly at: string;
  readonly lab: string;
  readonly key: string;
  readonly signed: boolean;
  /** Undefined where it is not signed by its key, or the exercise is not known. */
  readonly points: Points | undefined;
}

/** Two students who type what stands in the text, and nothing else, have the same few commands. */
const fewestCommands = 8;

export function examine({ path, file }: Submission, known: Known): Examined {
  const submitter = submitterOf(path);
  const shown = { path: printable(path), submitter };
  if (!Buffer.isBuffer(file)) return { ...shown, flags: [file], marks: [] };
  const opened = open(file);
  const sameFile = { likeness: "same-file", mark: opened.digest } as const;
  // Two empty files are no copies of each other.
  if (opened.kind !== "sealed")
    return { ...shown, flags: [{ flag: opened.kind, about: "" }], marks: file.length > 0 ? [sameFile] : [] };
  const { content, key, signed } = opened;
  const exercise = known.exercise(content.exercise.name);
  const points = exercise === undefined ? undefined : pointsOf(content, exercise);
  const named = submitter.participant === "" && content.student !== "" ? content.student : submitter.name;
  return {
    ...shown,
    submitter: { ...submitter, name: printable(named) },
    flags: [
      ...(signed ? keyFlags(key, named, known.keys) : [{ flag: "forged", about: "" } as const]),
      ...nameFlags(content, named),
      ...exerciseFlags(content, exercise, points),
      ...figureFlags(content),
    ],
    marks: [sameFile, ...marksOf(content, key)],
    handIn: {
      exercise: printable(content.exercise.name),
      at: content.at,
      lab: printable(content.lab.name),
      key,
      signed,
      points: signed ? points : undefined,
    },
  };
}

function keyFlags(key: string, name: string, keys: Known["keys"]): Flag[] {
  if (keys === undefined) return [];
  const whose = keys.get(key);
  if (whose === undefined) return [{ flag: "unknown-key", about: "" }];
  return whose === "" || isSameName(whose, name) ? [] : [{ flag: "other-lab", about: printable(whose) }];
}

function nameFlags({ student }: Content, name: string): Flag[] {
  if (student === "" || isSameName(student, name)) return [];
  return [{ flag: "name-differs", about: printable(student) }];
}

function exerciseFlags(content: Content, exercise: Exercise | undefined, points: Points | undefined): Flag[] {
  const { name, checks } = content.exercise;
  if (exercise === undefined || points === undefined)
    return [{ flag: "unknown-exercise", about: printable(name) }];
  // Other checks may have other weights, too: that is one reason, not two.
  if (checks !== checksDigest(exercise)) return [{ flag: "other-checks", about: "" }];
  const passed = content.checks.filter(({ verdict }) => verdict === "passed");
  const said = passed.reduce((total, { weight }) => total + weight, 0);
  return said === points.points ? [] : [{ flag: "points-differ", about: String(said) }];
}

function figureFlags({ moves }: Content): Flag[] {
  const wrong = moves.filter((move) => figuresMatch(move) === false).map(({ name }) => printable(name));
  return wrong.length === 0 ? [] : [{ flag: "figures-differ", about: wrong.join(", ") }];
}

function marksOf({ lab, guestBoot, moves, history }: Content, key: string): Examined["marks"] {
  const digest = (text: string) => createHash("sha256").update(text).digest("hex");
  const commands = history
    .flatMap(({ lines }) => lines.map((line) => line.trim()))
    // The times that bash may write between them.
    .filter((line) => line !== "" && !/^#\d+$/.test(line));
  return [
    { likeness: "same-lab", mark: `lab ${lab.identity}` },
    { likeness: "same-lab", mark: `key ${key}` },
    ...(guestBoot === "" ? [] : [{ likeness: "same-boot", mark: guestBoot } as const]),
    ...moves.map(
      ({ samples, migratedAt, measurement }) =>
        ({
          likeness: "same-move",
          mark: digest(samples ?? JSON.stringify([migratedAt, measurement])),
        }) as const,
    ),
    ...(commands.length < fewestCommands
      ? []
      : [{ likeness: "same-history", mark: digest(commands.join("\n")) } as const]),
  ];
}
