import { readFileSync } from "node:fs";
import { join } from "node:path";
import { distance } from "fastest-levenshtein";
import { jsonOf } from "kvmlab-provider/host/json-of";
import { parse } from "yaml";
import { z } from "zod";
import { LabError } from "../errors/lab-error";
import { keys, type Settings, settingsSchema } from "./schema";

const project = join(__dirname, "..");

const projectFile = z.object({
  name: z.string(),
  config: z.record(
    z.string(),
    z.object({ type: z.string().optional(), default: z.unknown(), description: z.string() }),
  ),
});

let read: z.output<typeof projectFile> | undefined;

/** Pulumi.yaml's name and its typed config: the keys with their defaults. Read once: the file is the program's own. */
export function readProject(): z.output<typeof projectFile> {
  read ??= projectFile.parse(parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")));
  return read;
}

/** Whether a value of this key may be an object. */
function isStructured(name: string): boolean {
  const entry = readProject().config[name];
  return entry !== undefined && (entry.type ?? "object") === "object";
}

/** What a text means as the value of a key, by the key's type. A text that is none of that type stays one, to be refused as it was written. */
export function valueOfText(name: string, text: string): unknown {
  const type = readProject().config[name]?.type;
  if (type === "integer" && /^-?\d+$/.test(text)) return Number(text);
  if (type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  if (type === "array") return listOfText(text);
  return isStructured(name) ? (jsonOf(text) ?? text) : text;
}

/** As the engine hands a list over, `["a","b"]`, or as a person types one: `a,b`. */
function listOfText(text: string): unknown {
  if (!text.startsWith("[")) return text.split(",").filter((word) => word !== "");
  return jsonOf(text) ?? text;
}

/** A value of a stack's file or of a save. Before objects were allowed, they stood there as texts of JSON. */
export function valueInFile(name: string, value: unknown): unknown {
  return typeof value === "string" && isStructured(name) ? valueOfText(name, value) : value;
}

/**
 * Checks a stack's values, by key without the project's prefix; a key that is not given has its default.
 *
 * @throws LabError KVM-101 naming every key that is wrong, its value, and what is allowed
 */
export function checkSettings(given: Readonly<Record<string, unknown>>): Settings {
  const defaults = Object.entries(readProject().config).map(([name, entry]) => [name, entry.default]);
  const own = Object.entries(given).map(([name, value]) => [name, valueInFile(name, value)]);
  const values: Record<string, unknown> = Object.fromEntries([...defaults, ...own]);
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
  const own = issue.code === "custom" ? ownComplaint.safeParse(issue.params).data : undefined;
  // Only inside of an object the path is more than where in a list something stands.
  const path = own ? issue.path.map(String) : [String(issue.path[0])];
  const name = path.join(".");
  const found = own?.reads?.map((key) => `${key}: ${shown(values[key])}`) ?? [
    `${name}: ${shown(valueAt(values, path))}`,
  ];
  return [{ allowed: `${name}: ${own?.allowed ?? explained(name)}`, found: found.join(", ") }];
}

/** Of a rule between keys, or of an option inside a key. */
const ownComplaint = z.object({ allowed: z.string(), reads: z.array(z.string()).optional() });

function valueAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  const inside = Object.entries(value ?? {}).find(([known]) => known === name)?.[1];
  return valueAt(inside, rest);
}

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
