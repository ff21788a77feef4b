import { checkSettings } from "../../stacks/settings";
import { memoryMiBOf, topologyOf } from "../../stacks/topology/topology";
import type { Exercise } from "../exercise";
import { ownSlots } from "./own-slots";
import type { SchoolClass } from "./read-class";
import { networkOf, wordOf } from "./slot-names";
import { type Student, sameId } from "./students";

/** How long a lab takes to be up, alone on two processors that emulate: docs/concepts/warm-start.md (19 s and 52 s, and on a machine of half that speed twice as long). */
export const secondsALab = { fromMemory: 40, booted: 104 };

/** What a class needs to know of an exercise. */
export interface ExerciseOfClass extends Pick<Exercise, "name" | "settings"> {
  /** What the file of its stack says. */
  readonly stackValues: Readonly<Record<string, unknown>>;
}

/** One student's lab for one exercise. */
export interface ClassLab {
  readonly student: Student;
  readonly exercise: string;
  /** Which of the class it is: name, guest and network come from it. */
  readonly slot: number;
  readonly lab: string;
  readonly network: string;
  readonly guest: string;
  /** What the file of its stack says. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly memoryMiB: number;
  /** How long it is expected to take until it is up. */
  readonly seconds: number;
}

/** What a lab of a class is known by, whoever else is in it. */
export function labKey(student: Pick<Student, "id">, exercise: string): string {
  return `${sameId(student.id)} ${exercise}`;
}

/**
 * The labs of a class, a student's next to each other.
 *
 * @param kept the slots of those that were there before
 */
export function classLabs(
  { name, students, differ }: Pick<SchoolClass, "name" | "students" | "differ">,
  exercises: readonly ExerciseOfClass[],
  kept: ReadonlyMap<string, number> = new Map(),
): ClassLab[] {
  const pairs = students.flatMap((student) => exercises.map((exercise) => ({ student, exercise })));
  const keys = pairs.map(({ student, exercise }) => labKey(student, exercise.name));
  const slots = ownSlots(name, keys, kept);
  const beginnings = new Map(exercises.map((exercise) => [exercise, beginningOf(exercise)]));
  return pairs.flatMap(({ student, exercise }, index) => {
    const slot = slots.get(keys[index] ?? "");
    const beginning = beginnings.get(exercise);
    if (slot === undefined || beginning === undefined) return [];
    const { values, settings, memoryMiB } = beginning;
    const own = { network: networkOf(slot), guestName: `guest-${wordOf(slot)}` };
    // Kept servers have the network and the guest of the lab that they were kept of: each lab would keep some for itself alone.
    const differing = differ ? { ...values, ...own, warmStart: false } : values;
    return {
      ...{ student, exercise: exercise.name, slot, memoryMiB },
      lab: `${name}-${wordOf(slot)}`,
      network: differ ? own.network : settings.network,
      guest: differ ? own.guestName : settings.guestName,
      values: differing,
      seconds: !differ && settings.warmStart ? secondsALab.fromMemory : secondsALab.booted,
    };
  });
}

/** What all students begin an exercise with. */
function beginningOf({ stackValues, settings: own }: ExerciseOfClass) {
  // As the exercise is started in any lab: set up, unless it says otherwise.
  const values = { ...stackValues, start: "ready", ...own };
  const settings = checkSettings(values);
  return { values, settings, memoryMiB: memoryMiBOf(topologyOf(settings)) };
}
