import { readFileSync } from "node:fs";
import { join } from "node:path";
import { distance } from "fastest-levenshtein";
import { parse } from "yaml";
import { z } from "zod";
import { LabError } from "../errors/lab-error";
import { keys, type Settings, settingsSchema } from "./schema";

const project = join(__dirname, "..");

const projectFile = z.object({
  name: z.string(),
  config: z.record(z.string(), z.object({ type: z.string(), default: z.unknown(), description: z.string() })),
});

/** Pulumi.yaml's name and its typed config: the keys with their defaults. */
export function readProject(): z.output<typeof projectFile> {
  return projectFile.parse(parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")));
}

/** What a text means as the value of a key, by the key's type. A text that is none of that type stays one, to be refused as it was written. */
export function valueOfText(name: string, text: string): unknown {
  const type = readProject().config[name]?.type;
  if (type === "integer" && /^-?\d+$/.test(text)) return Number(text);
  if (type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  if (type === "array") return listOfText(text);
  return text;
}

/** As the engine hands a list over, `["a","b"]`, or as a person types one: `a,b`. */
function listOfText(text: string): unknown {
  if (!text.startsWith("[")) return text.split(",").filter((word) => word !== "");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Checks a stack's values, by key without the project's prefix; a key that is not given has its default.
 *
 * @throws LabError KVM-101 naming every key that is wrong, its value, and what is allowed
 */
export function checkSettings(given: Readonly<Record<string, unknown>>): Settings {
  const defaults = Object.entries(readProject().config).map(([name, entry]) => [name, entry.default]);
  const values: Record<string, unknown> = { ...Object.fromEntries(defaults), ...given };
  const result = settingsSchema.safeParse(values);
  if (result.success) return result.data;
  const complaints = result.error.issues.flatMap((issue) => complaintsOf(issue, values));
  throw new LabError({
    code: "KVM-101",
    expected: complaints.map(({ allowed }) => allowed).join("\n            "),
    found: complaints.map(({ found }) => found).join("\n            "),
    fix: "correct the stack's file in stacks/; every key is explained in docs/reference/configuration.md",
  });
}

/** The values of a stack's file (stacks/Pulumi.<stack>.yaml), by key without the project's prefix. */
export function readStackFile(path: string): Record<string, unknown> {
  const text = readFileSync(path, "utf8");
  const prefix = `${readProject().name}:`;
  const shape = z.object({ config: z.record(z.string(), z.unknown()).nullish() }).nullish();
  const parsed = shape.safeParse(yamlOrUndefined(text));
  if (!parsed.success) {
    throw new LabError({
      code: "KVM-102",
      expected: `${path} to be a Pulumi stack file: YAML with \`config:\` and keys below it`,
      found: "something else",
      fix: "compare it with stacks/Pulumi.dev.yaml",
    });
  }
  const own = Object.entries(parsed.data?.config ?? {}).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}

function yamlOrUndefined(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return 0;
  }
}

function complaintsOf(issue: z.core.$ZodIssue, values: Readonly<Record<string, unknown>>) {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    return issue.keys.map((name) => ({
      allowed: `one of the lab's keys${hint(name)}`,
      found: `${name}: ${JSON.stringify(values[name])}`,
    }));
  }
  const name = String(issue.path[0]);
  const rule = issue.code === "custom" ? brokenRule.safeParse(issue.params).data : undefined;
  const allowed = rule?.allowed ?? explained(name);
  return [
    {
      allowed: `${name}: ${allowed}`,
      found: (rule?.reads ?? [name]).map((key) => `${key}: ${shown(values[key])}`).join(", "),
    },
  ];
}

const brokenRule = z.object({ allowed: z.string(), reads: z.array(z.string()) });

function explained(name: string): string {
  const entry = Object.entries(keys).find(([known]) => known === name)?.[1];
  return String(entry?.meta()?.allowed ?? "another value");
}

function shown(value: unknown): string {
  return value === undefined || value === "" ? "not set" : JSON.stringify(value);
}

function hint(unknown: string): string {
  const near = Object.keys(keys).find((name) => distance(name.toLowerCase(), unknown.toLowerCase()) <= 3);
  return near ? `; did you mean ${near}?` : `: ${Object.keys(keys).join(", ")}`;
}
