import { randomBytes } from "node:crypto";
import { marker, sectionsOf } from "kvmlab-provider/host/sections";
import type { AllSeen, Seen } from "./evaluate";
import { type Check, type Place, places } from "./exercise";
import { fillIn } from "./fill-in";
import type { LabValues } from "./lab-values";

/** Everything that is looked at in one place, together. */
const lookLimitMs = 20_000;

/** Runs a script of sh in a place, and hands over what it prints as it comes. */
type RunScript = (
  place: Place,
  script: string,
  limits: { readonly timeoutMs: number; readonly onStdout: (text: string) => void },
) => Promise<void>;

/** Runs checks: in each place one script. One that does not answer leaves its checks unseen. */
export async function look(
  checks: readonly Check[],
  values: LabValues,
  runScript: RunScript,
): Promise<AllSeen> {
  const answers = await Promise.all(
    places.map(async (place) => {
      const own = checks.filter(({ on }) => on.includes(place));
      const token = randomBytes(6).toString("hex");
      if (own.length === 0) return { place, token, text: "" };
      let text = "";
      const onStdout = (part: string) => {
        text += part;
      };
      await runScript(place, lookScript(own, values, token), { timeoutMs: lookLimitMs, onStdout })
        // What it said until then counts.
        .catch(() => undefined);
      return { place, token, text };
    }),
  );
  return new Map(
    checks.map(({ name }) => [
      name,
      new Map(answers.map(({ place, token, text }) => [place, seenIn(text, token, name)])),
    ]),
  );
}

/** One script for all of them: each in a shell of its own, its answer and then its exit code after a line that names it. */
export function lookScript(
  checks: readonly Pick<Check, "name" | "run">[],
  values: LabValues,
  token: string,
): string {
  const line = (name: string) => `printf '\\n%s\\n' '${marker(token, name)}'`;
  return checks
    .map(({ name, run }) => {
      const script = fillIn(run, values, "shell").trimEnd();
      return `${line(name)}\n(\n${script}\n) < /dev/null 2>&1\nended=$?\n${line(`${name} exit`)}\necho "$ended"\n`;
    })
    .join("");
}

/** What a server said of one check. */
export function seenIn(text: string, token: string, name: string): Seen {
  const sections = sectionsOf(token, text);
  const exit = sections.get(`${name} exit`)?.trim();
  return exit ? { exitCode: Number(exit), output: sections.get(name) ?? "" } : undefined;
}
