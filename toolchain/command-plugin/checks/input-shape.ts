import {
  isList,
  isMap,
  isSecret,
  isUnknown,
  type PropertyMap,
  type PropertyValue,
  secret,
  sourceOf,
} from "kvmlab-provider/protocol/property-values";
import type { Failure } from "kvmlab-provider/protocol/provider-logic";

/** What an input may be. */
export type Shape =
  | { readonly kind: "text" | "flag" | "number" | "any" }
  | { readonly kind: "choice"; readonly of: readonly string[] }
  | { readonly kind: "list" | "map"; readonly of: Shape }
  | { readonly kind: "source" }
  | ObjectShape;

export interface ObjectShape {
  readonly kind: "object";
  readonly fields: Readonly<Record<string, Field>>;
}

export interface Field {
  readonly shape: Shape;
  readonly required?: boolean;
  readonly secret?: boolean;
  readonly default?: PropertyValue;
  /** Another value needs another resource. */
  readonly replaces?: boolean;
  /** Says what is wrong with a value of the right type; undefined when nothing is. */
  readonly rule?: (value: PropertyValue) => string | undefined;
}

/** The inputs with defaults filled in and secrets marked, and everything that is wrong with them. */
export function checkInputs(
  shape: ObjectShape,
  inputs: PropertyMap,
): { inputs: PropertyMap; failures: Failure[] } {
  const failures: Failure[] = [];
  return { inputs: checkObject(shape, inputs, "", failures), failures };
}

function checkObject(shape: ObjectShape, value: PropertyMap, path: string, failures: Failure[]): PropertyMap {
  const checked: Record<string, PropertyValue> = {};
  for (const [name, field] of Object.entries(shape.fields)) {
    const given = value[name];
    const property = path === "" ? name : `${path}.${name}`;
    const found = given === undefined || given === null ? field.default : given;
    if (found === undefined) {
      if (field.required) failures.push({ property, reason: "is required and missing" });
      continue;
    }
    const result = checkValue(field, found, property, failures);
    checked[name] = field.secret ? secret(result) : result;
  }
  for (const [name, unused] of Object.entries(value)) {
    // The engine's own additions begin with two underscores.
    if (name in shape.fields || name.startsWith("__") || unused === null) continue;
    const known = Object.keys(shape.fields).join(", ");
    failures.push({
      property: path === "" ? name : `${path}.${name}`,
      reason: `is no property; known are ${known}`,
    });
  }
  return checked;
}

function checkValue(
  field: Field,
  value: PropertyValue,
  property: string,
  failures: Failure[],
): PropertyValue {
  if (isSecret(value)) return secret(checkValue(field, value.value, property, failures));
  if (isUnknown(value)) return value;
  const { shape } = field;
  const nested = (of: Shape, item: PropertyValue, at: string) =>
    checkValue({ shape: of }, item, at, failures);
  if (shape.kind === "object" && isMap(value)) return checkObject(shape, value, property, failures);
  if (shape.kind === "list" && isList(value)) {
    return value.map((item, index) => nested(shape.of, item, `${property}[${index}]`));
  }
  if (shape.kind === "map" && isMap(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== null);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, nested(shape.of, item, `${property}.${key}`)]),
    );
  }
  const wanted = expectation(shape, value);
  const reason = wanted === undefined ? field.rule?.(value) : `must be ${wanted}, not ${shown(value)}`;
  if (reason !== undefined) failures.push({ property, reason });
  return value;
}

/** What the value should have been, or undefined when it is right. */
function expectation(shape: Shape, value: PropertyValue): string | undefined {
  switch (shape.kind) {
    case "any":
      return undefined;
    case "text":
      return typeof value === "string" ? undefined : "a string";
    case "flag":
      return typeof value === "boolean" ? undefined : "true or false";
    case "number":
      return typeof value === "number" ? undefined : "a number";
    case "choice":
      return typeof value === "string" && shape.of.includes(value)
        ? undefined
        : `one of ${shape.of.join(", ")}`;
    case "source":
      return sourceOf(value) === undefined ? "an asset or an archive" : undefined;
    case "list":
      return "a list";
    case "map":
    case "object":
      return "an object";
  }
}

function shown(value: PropertyValue): string {
  if (isList(value)) return "a list";
  return isMap(value) ? "an object" : JSON.stringify(value);
}
