import Handlebars from "handlebars";
import { shellCommand } from "kvmlab-provider/host/shell-quote";
import { LabError } from "../errors/lab-error";
import type { LabValues } from "./lab-values";

/** How a value stands in a text: as it is, as a word of the shell, or as what a regular expression takes literally. */
const forms = {
  text: (value: string) => value,
  shell: (value: string) => shellCommand([value]),
  pattern: (value: string) => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
};

/**
 * Fills the values of a lab into a text, a command or a pattern of an exercise.
 *
 * @throws LabError KVM-954 when it names a value that there is not
 */
export function fillIn(source: string, values: LabValues, form: keyof typeof forms = "text"): string {
  const formed = Object.fromEntries(
    Object.entries(values).map(([group, own]) => [
      group,
      Object.fromEntries(Object.entries(own).map(([key, value]) => [key, forms[form](value)])),
    ]),
  );
  try {
    return Handlebars.compile(source, { noEscape: true, strict: true })(formed);
  } catch (error) {
    throw new LabError({
      code: "KVM-954",
      expected: `an exercise that names only ${namesIn(values).join(", ")}`,
      found: error instanceof Error ? error.message : String(error),
      fix: "correct the exercise's files in course/exercises/",
      cause: error,
    });
  }
}

function namesIn(values: LabValues): string[] {
  return Object.entries(values).flatMap(([group, own]) => Object.keys(own).map((key) => `${group}.${key}`));
}
