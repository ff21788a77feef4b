import { catalog, type ErrorCode } from "../../errors/catalog";
import type { LabErrorFacts } from "../../errors/lab-error";

/** As LabError writes itself; a resource's indentation may stand before each line, and any of the facts have several. */
const inLines =
  /(KVM-\d{3}) on (\S[^\n]*)\n\s*expected: +(\S[\s\S]*?)\n\s*found: +(\S[\s\S]*?)\n\s*fix: +(\S[^\n]*)/g;
/** As the scripts in templates/ write it on a host. */
const inOneLine = /(KVM-\d{3}) on (\S+): expected ([\s\S]*?), found: ([\s\S]*?)\. Fix: ([^\n]*)/g;

/** How many of the engine's own lines a person reads; the rest is in the log. */
const mostLines = 12;

/** What a failed run of the engine complains of, in one line: for whoever goes on without what was to be made. */
export function complaintsIn(output: string): string {
  const own = labErrorsIn(output).map(
    ({ code, host, expected, found }) =>
      `${code}${host ? ` on ${host}` : ""}: expected ${expected}, found ${found}`,
  );
  return (own.length > 0 ? own : diagnosticsIn(output)).join("; ");
}

/** The lab's own errors in the engine's output, each once, in their order. */
export function labErrorsIn(output: string): LabErrorFacts[] {
  const found = [...output.matchAll(inLines), ...output.matchAll(inOneLine)].sort(
    (a, b) => a.index - b.index,
  );
  const errors = new Map<string, LabErrorFacts>();
  for (const [, code = "", host = "", expected = "", seen = "", fix = ""] of found) {
    if (!isCode(code)) continue;
    const facts = { code, host, expected: oneLine(expected), found: oneLine(seen), fix: fix.trim() };
    errors.set(JSON.stringify(facts), facts);
  }
  return [...errors.values()];
}

function isCode(text: string): text is ErrorCode {
  return text in catalog;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}

/** One line for each thing that the engine complains about: which resource, and why. */
export function diagnosticsIn(output: string): string[] {
  const start = output.indexOf("\nDiagnostics:");
  if (start < 0) return lastLines(output);
  // The summary that follows begins with a line that is not indented.
  const text = output.slice(start + "\nDiagnostics:".length).split(/\n(?=\S)/)[0] ?? "";
  const complaints = text
    .split(/\n(?= {2}\S)/)
    .flatMap(complaintOf)
    .filter((line, index, all) => all.indexOf(line) === index);
  return complaints.length > 0 ? complaints.slice(0, mostLines) : lastLines(output);
}

/** `  type (name):` and the lines below it, without what only says that there was an error. */
function complaintOf(section: string): string[] {
  const [head = "", ...lines] = section.split("\n");
  const who = /^\s*(\S+ \(.*\)):/.exec(head)?.[1];
  if (who === undefined) return [];
  return lines
    .join("\n")
    .split(/^\s*error: /m)
    .slice(1)
    .map((text) => oneLine(text.replace(/^\d+ errors? occurred:\s*\*\s*/, "")))
    .filter((text) => text !== "" && !/^(update|preview|refresh|destroy) failed$/.test(text))
    .map((text) => `${who}: ${text}`);
}

function lastLines(output: string): string[] {
  const lines = output.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  return lines.length > 0 ? lines.slice(-mostLines) : ["nothing: it ended without output"];
}
