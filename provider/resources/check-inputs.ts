import type { z } from "zod";
import {
  isList,
  isMap,
  isSecret,
  isUnknown,
  type PropertyMap,
  type PropertyValue,
  revealMap,
  secret,
} from "../protocol/property-values";
import type { Failure } from "../protocol/provider-logic";

/** What is wrong with the inputs, by property. What is not known yet, or hangs on it, cannot be wrong yet. */
export function failuresIn(schema: z.ZodObject, given: PropertyMap): Failure[] {
  const inputs = revealMap(given);
  const strangers = Object.keys(inputs).filter((key) => !(key in schema.shape) && !key.startsWith("__"));
  const result = schema.safeParse(inputs);
  const issues = result.success ? [] : result.error.issues;
  return [
    ...strangers.map((property) => ({
      property,
      reason: `expected one of ${Object.keys(schema.shape).join(", ")}`,
    })),
    ...issues
      .filter((issue) => !dependsOnUnknown(inputs, issue))
      .map((issue) => ({ property: pathText(issue.path), reason: reasonOf(inputs, issue) })),
  ];
}

const secretKeys = ["privateKey", "passphrase"];

/** Every private key and passphrase a secret, so that none is ever readable in the state, whatever the program says. */
export function withSealedKeys(map: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      key,
      secretKeys.includes(key) && !isUnknown(value) ? secret(value) : sealed(value),
    ]),
  );
}

function sealed(value: PropertyValue): PropertyValue {
  if (isSecret(value)) return value;
  if (isList(value)) return value.map(sealed);
  return isMap(value) ? withSealedKeys(value) : value;
}

function dependsOnUnknown(inputs: PropertyMap, issue: z.core.$ZodIssue): boolean {
  const about: unknown = issue.code === "custom" ? issue.params?.about : undefined;
  if (typeof about === "string" && holdsUnknown(inputs[about])) return true;
  let value: PropertyValue | undefined = inputs;
  for (const step of issue.path) {
    if (isUnknown(value)) return true;
    value = (value as Readonly<Record<PropertyKey, PropertyValue>> | undefined)?.[step];
  }
  return holdsUnknown(value);
}

function holdsUnknown(value: PropertyValue | undefined): boolean {
  if (isList(value)) return value.some(holdsUnknown);
  if (isMap(value)) return Object.values(value).some(holdsUnknown);
  return isUnknown(value);
}

function reasonOf(inputs: PropertyMap, issue: z.core.$ZodIssue): string {
  const found = shown(inputs, issue.path);
  return `expected ${issue.message}${found === undefined ? "" : `; found ${found}`}`;
}

/** The wrong value as it was written; nothing long, and no secret. */
function shown(inputs: PropertyMap, path: readonly PropertyKey[]): string | undefined {
  if ([...secretKeys, "definition"].some((key) => path.includes(key))) return undefined;
  let value: PropertyValue | undefined = inputs;
  for (const step of path)
    value = (value as Readonly<Record<PropertyKey, PropertyValue>> | undefined)?.[step];
  if (value === undefined) return "nothing";
  return typeof value === "object" ? undefined : JSON.stringify(value).slice(0, 80);
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index ? "." : ""}${String(step)}`))
    .join("");
}
