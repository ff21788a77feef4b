import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { jsonOf } from "kvmlab-provider/host/json-of";
import { lastSamples, movesFolder } from "../components/measured-moves";
import { LabError } from "../errors/lab-error";
import { type KeptMove, keptMoveSchema } from "../report/kept-move";
import type { NamedMove, ShownMove } from "../report/shown-move";

/** A kept move; its name is its file's without the ending: when it ended. */
export interface MoveOnDisk extends NamedMove {
  readonly samplesFile: string;
}

/** A move's name: when it ended. No colons: these files are copied to other systems. */
export function nameOf(migratedAt: string): string {
  return migratedAt.replaceAll(":", "-");
}

/** Keeps a move under the time when it ended, with its samples beside it. */
export async function keepMove(move: KeptMove): Promise<void> {
  const folder = movesFolder(move.lab);
  await mkdir(folder, { recursive: true });
  const name = nameOf(move.migratedAt);
  await rename(lastSamples(move.lab, move.guest), join(folder, `${name}.jsonl`)).catch(() => {});
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(move, undefined, 2)}\n`);
}

/** A lab's measured moves, the oldest first. A file that is none is passed over. */
export async function keptMoves(lab: string): Promise<MoveOnDisk[]> {
  const folder = movesFolder(lab);
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json")).sort();
  const moves = await Promise.all(files.map((file) => readMove(join(folder, file))));
  return moves.filter((move) => move !== undefined);
}

/** One kept move by its file; undefined when it is none. */
export async function readMove(file: string): Promise<MoveOnDisk | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const move = keptMoveSchema.safeParse(jsonOf(text)).data;
  if (move === undefined) return undefined;
  return { name: basename(file, ".json"), move, samplesFile: file.replace(/json$/, "jsonl") };
}

/** Reads the samples too: megabytes, which only a report needs. */
export async function withSamples({ name, move, samplesFile }: MoveOnDisk): Promise<ShownMove> {
  return { name, move, samples: await readFile(samplesFile, "utf8").catch(() => undefined) };
}

/**
 * Moves by what a person calls them: a file's path, a name or its beginning, `last`, or `last~1` for the one before it.
 *
 * @throws LabError KVM-916 when there is none of that name
 */
export async function findMove(lab: string, word: string): Promise<MoveOnDisk> {
  const byPath = word.endsWith(".json") ? await readMove(word) : undefined;
  if (byPath !== undefined) return byPath;
  const moves = await keptMoves(lab);
  const back = /^last(?:~(\d+))?$/.exec(word);
  const found = back
    ? moves.at(-1 - Number(back[1] ?? 0))
    : moves.find(({ name }) => name.startsWith(nameOf(word)));
  if (found !== undefined) return found;
  throw new LabError({
    code: "KVM-916",
    expected: `a measured move of the lab ${lab}: last, last~1, or the beginning of its time`,
    found: moves.length === 0 ? "none was measured yet" : `${word}; there are ${names(moves)}`,
    fix: `./lab measure ${lab} measures one`,
  });
}

function names(moves: readonly NamedMove[]): string {
  const shown = moves.slice(-5).map(({ name }) => name);
  return moves.length > shown.length ? `… ${shown.join(", ")}` : shown.join(", ");
}
