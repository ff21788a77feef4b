import { LabError } from "../errors/lab-error";
import { comparePage } from "../report/compare-page";
import { metricsText } from "../report/metrics";
import { reportPage } from "../report/report-page";
import { type Language, languages } from "../report/texts";
import { findMove, keptMoves, withSamples } from "./kept-moves";
import { writePage } from "./write-page";

interface PageOptions {
  readonly lang: string;
  /** The file to write. */
  readonly output: string;
}

/** Writes the report of a lab's newest measured moves, the newest first. */
export async function report(lab: string, options: PageOptions & { readonly moves: number }): Promise<void> {
  const language = languageOf(options.lang);
  // Says what to do where none was measured.
  await findMove(lab, "last");
  const moves = await Promise.all((await keptMoves(lab)).slice(-options.moves).reverse().map(withSamples));
  await writePage(await reportPage(lab, moves, language), options.output);
}

/** Writes a page of several moves side by side; all that the lab has, when none is named. */
export async function compare(lab: string, words: readonly string[], options: PageOptions): Promise<void> {
  const language = languageOf(options.lang);
  const named = await Promise.all(words.map((word) => findMove(lab, word)));
  if (named.length === 0) await findMove(lab, "last");
  const moves = named.length > 0 ? named : await keptMoves(lab);
  await writePage(await comparePage(moves, language), options.output);
}

/** Writes the newest figures as Prometheus reads them, for a node exporter's textfile collector or for people. */
export async function metrics(lab: string): Promise<void> {
  const moves = await keptMoves(lab);
  process.stdout.write(await metricsText(moves.map(({ move }) => move)));
}

function languageOf(word: string): Language {
  if (word in languages) return word as Language;
  throw new LabError({
    code: "KVM-917",
    expected: `one of ${Object.keys(languages).join(", ")}`,
    found: `--lang ${word}`,
    fix: "leave it out for English",
  });
}
