import { rules as preflightRules } from "kvmlab-provider/preflight";
import { elementTable } from "kvmlab-provider/preflight/elements/table";
import { neverWaived, waivable } from "kvmlab-provider/preflight/waivers";
import { catalog } from "../errors/catalog";
import { labAdvice } from "../errors/lab-advice";
import { rules } from "../stacks/rules";
import { keys } from "../stacks/schema";
import { readProject } from "../stacks/settings";
import { configurationPage, type DocumentedKey } from "./configuration-page";
import { elementsPage } from "./elements-page";
import { errorsPage } from "./errors-page";

/** The pages that are made from the code, by their path below docs/. A unit test checks that they are current. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  "reference/configuration.md": () => {
    const { name, config } = readProject();
    return configurationPage(name, documentedKeys(config), rules);
  },
  "reference/domain-elements.md": () => elementsPage(elementTable, preflightRules, { waivable, neverWaived }),
  "reference/errors.md": () => errorsPage(catalog, labAdvice),
};

/** The schema's keys in its order, with what Pulumi.yaml says of them. */
function documentedKeys(config: ReturnType<typeof readProject>["config"]): DocumentedKey[] {
  return Object.entries(keys).flatMap(([name, schema]) => {
    const typed = config[name];
    const { allowed, explanation } = schema.meta() ?? {};
    return typed ? [{ name, ...typed, allowed: String(allowed), explanation: String(explanation) }] : [];
  });
}
