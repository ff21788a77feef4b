import type { Examined, HandIn } from "./examine";
import { type Flag, type Likeness, likenesses } from "./flags";

/** A student's result in one exercise. */
export interface Grade {
  readonly student: string;
  /** Moodle's number; empty where the file was not Moodle's. */
  readonly participant: string;
  /** Undefined where nothing that was handed in could be read. */
  readonly handIn: HandIn | undefined;
  readonly flags: readonly Flag[];
  readonly file: string;
}

/** One student by Moodle's number, or by name where there is none. */
const studentOf = ({ submitter }: Examined) => submitter.participant || `name ${submitter.name}`;

/**
 * A row for each student and exercise, with all that is to be looked at. Of several hand-ins the one with the most points counts, then the
 * newest.
 */
export function gradesOf(examined: readonly Examined[]): Grade[] {
  const copies = copiesAmong(examined);
  const students = grouped(examined, studentOf);
  const rows = [...students.values()].flatMap((files) => gradesOfStudent(files, copies));
  const words = new Intl.Collator("zh", { numeric: true });
  return rows.sort(
    (a, b) =>
      words.compare(a.student, b.student) ||
      a.participant.localeCompare(b.participant) ||
      words.compare(a.handIn?.exercise ?? "", b.handIn?.exercise ?? ""),
  );
}

function gradesOfStudent(files: readonly Examined[], copies: ReadonlyMap<Examined, Flag[]>): Grade[] {
  const handedIn = files.filter(({ handIn }) => handIn !== undefined);
  const others = files.filter(({ handIn }) => handIn === undefined);
  const row = (one: Examined, more: readonly Flag[]): Grade => ({
    student: one.submitter.name,
    participant: one.submitter.participant,
    handIn: one.handIn,
    flags: [...one.flags, ...(copies.get(one) ?? []), ...more],
    file: one.path,
  });
  if (handedIn.length === 0) return others.map((one) => row(one, []));
  const exercises = [...grouped(handedIn, ({ handIn }) => handIn?.exercise ?? "").values()];
  return exercises.flatMap((several, index) => {
    const [best] = [...several].sort(byWorth);
    if (best === undefined) return [];
    const names = others.map(({ path }) => path.split("/").at(-1) ?? path);
    return [
      row(best, [
        ...(several.length > 1 ? [{ flag: "several", about: String(several.length) } as const] : []),
        ...(index === 0 && names.length > 0 ? [{ flag: "other-file", about: listed(names) } as const] : []),
      ]),
    ];
  });
}

/** The better one first. */
function byWorth({ handIn: a }: Examined, { handIn: b }: Examined): number {
  return (
    Number(b?.signed) - Number(a?.signed) ||
    (b?.points?.points ?? -1) - (a?.points?.points ?? -1) ||
    (b?.at ?? "").localeCompare(a?.at ?? "")
  );
}

/** For each file the other students' that it is like: each of these once, by the strongest likeness. */
function copiesAmong(examined: readonly Examined[]): Map<Examined, Flag[]> {
  const marks = examined.flatMap((one) =>
    [...new Set(one.marks.map(({ likeness, mark }) => `${likeness} ${mark}`))].map((mark) => ({ mark, one })),
  );
  const having = new Map(
    [...grouped(marks, ({ mark }) => mark)].map(([mark, found]) => [mark, found.map(({ one }) => one)]),
  );
  return new Map(examined.map((one) => [one, flagsOf(one, having)]));
}

function flagsOf(one: Examined, having: ReadonlyMap<string, readonly Examined[]>): Flag[] {
  const told = new Map<string, { readonly name: string; readonly likeness: Likeness }>();
  for (const likeness of likenesses)
    for (const { mark } of one.marks.filter((own) => own.likeness === likeness))
      for (const other of having.get(`${likeness} ${mark}`) ?? []) {
        const student = studentOf(other);
        if (student !== studentOf(one) && !told.has(student))
          told.set(student, { name: other.submitter.name, likeness });
      }
  return [...grouped([...told.values()], ({ likeness }) => likeness)].map(([flag, them]) => ({
    flag,
    about: listed(them.map(({ name }) => name)),
  }));
}

/** Some of them by name. */
function listed(names: readonly string[]): string {
  const shown = [...new Set(names)].slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} … (${names.length})` : shown;
}

function grouped<Item, Key extends string>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
