import { isMap, type PropertyMap, type PropertyValue } from "kvmlab-provider/protocol/property-values";

/** Typed look-ups in a map whose secrets have been revealed; what is absent or of another type is undefined. */

export function text(map: PropertyMap, key: string): string | undefined {
  const value = map[key];
  return typeof value === "string" ? value : undefined;
}

export function number(map: PropertyMap, key: string): number | undefined {
  const value = map[key];
  return typeof value === "number" ? value : undefined;
}

export function flag(map: PropertyMap, key: string): boolean | undefined {
  const value = map[key];
  return typeof value === "boolean" ? value : undefined;
}

export function child(map: PropertyMap, key: string): PropertyMap | undefined {
  const value = map[key];
  return isMap(value) ? value : undefined;
}

export function texts(map: PropertyMap, key: string): readonly string[] | undefined {
  const value: PropertyValue | undefined = map[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

export function textMap(map: PropertyMap, key: string): Readonly<Record<string, string>> {
  const entries = Object.entries(child(map, key) ?? {});
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}
