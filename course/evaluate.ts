import type { Check, Language, Place, Step } from "./exercise";
import { fillIn } from "./fill-in";
import type { LabValues } from "./lab-values";

/** What one place printed for one check; undefined where it did not come to it. */
export type Seen = { readonly exitCode: number; readonly output: string } | undefined;

/** What all places showed: by the check's name, then by the place. */
export type AllSeen = ReadonlyMap<string, ReadonlyMap<Place, Seen>>;

export interface CheckResult {
  readonly step: string;
  readonly check: string;
  /** `unknown`: no server of it could be looked at. */
  readonly verdict: "passed" | "failed" | "unknown";
  readonly text: string;
  /** The first line of what was printed. */
  readonly seen: string;
  readonly hint: string;
  readonly weight: number;
  readonly waitSeconds: number;
}

/** Evaluates the checks of steps by what was seen. */
export function evaluate(
  steps: readonly Pick<Step, "name" | "checks">[],
  seen: AllSeen,
  values: LabValues,
  language: Language,
): CheckResult[] {
  return steps.flatMap((step) =>
    step.checks.map((check) => {
      const answers = check.on.map((place) => seen.get(check.name)?.get(place));
      const passing = answers.find((answer) => passes(check, answer, values));
      const answer = passing ?? answers.find((one) => one !== undefined);
      const verdict = passing ? "passed" : answer ? "failed" : "unknown";
      const line = answer ? firstLine(answer.output) : "";
      const words = verdict === "passed" ? check.pass : check.fail;
      const known = { ...values, seen: { line } };
      return {
        step: step.name,
        check: check.name,
        verdict,
        text: verdict === "unknown" ? noAnswer[language] : fillIn(words[language], known).trim(),
        seen: line,
        hint: fillIn(check.hint[language], values).trim(),
        weight: check.weight,
        waitSeconds: check.waitSeconds,
      };
    }),
  );
}

/** Whether time alone may still make it pass: all that is wrong may be waited for. */
export function worthWaiting(results: readonly CheckResult[], waitedSeconds: number): boolean {
  const wrong = results.filter(({ verdict }) => verdict !== "passed");
  return wrong.length > 0 && wrong.every(({ waitSeconds }) => waitSeconds > waitedSeconds);
}

function passes({ stdout }: Check, answer: Seen, values: LabValues): boolean {
  if (answer?.exitCode !== 0) return false;
  return stdout === undefined || new RegExp(fillIn(stdout, values, "pattern"), "m").test(answer.output);
}

function firstLine(output: string): string {
  return output.trim().split("\n")[0] ?? "";
}

const noAnswer = {
  en: "the server did not answer in time",
  zh: "服务器没有按时回答",
};
