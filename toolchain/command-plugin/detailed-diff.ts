import { isDeepStrictEqual } from "node:util";
import {
  isList,
  isMap,
  isSecret,
  type PropertyMap,
  type PropertyValue,
  reveal,
  secret,
  sourceOf,
  withoutNulls,
} from "kvmlab-provider/protocol/property-values";
import type { PropertyChange } from "kvmlab-provider/protocol/provider-logic";
import type { ObjectShape } from "./checks/input-shape";

/**
 * Every input that differs, by its path (`triggers[0]`, `environment.NAME`), as the official provider finds them: by the
 * old inputs, not the old state. Only a path that is itself an input's name asks for a replacement here; for the items of
 * `triggers` the SDK's replaceOnChanges does.
 */
export function detailedDiff(
  shape: ObjectShape,
  olds: PropertyMap,
  news: PropertyMap,
): Map<string, PropertyChange> {
  const changes = new Map<string, PropertyChange>();
  const add = (path: string, kind: PropertyChange["kind"]) =>
    changes.set(path, { kind, replaces: shape.fields[path]?.replaces === true });
  const own = (map: PropertyMap) =>
    Object.fromEntries(Object.entries(map).filter(([key]) => key !== "version" && !key.startsWith("__")));
  diffMaps("", own(olds), own(news), add);
  return changes;
}

type Report = (path: string, kind: PropertyChange["kind"]) => void;

function diffMaps(prefix: string, oldMap: PropertyMap, newMap: PropertyMap, report: Report): void {
  const olds = withoutNulls(oldMap);
  const news = withoutNulls(newMap);
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    diffValues(join(prefix, key), olds[key], news[key], report);
  }
}

function diffValues(
  path: string,
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  report: Report,
): void {
  if (before === undefined) {
    report(path, "add");
  } else if (after === undefined) {
    report(path, "delete");
  } else if (isList(before) && isList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      diffValues(`${path}[${index}]`, before[index], after[index], report);
    }
  } else if (isPlainMap(before) && isPlainMap(after)) {
    diffMaps(path, before, after, report);
  } else if (!isDeepStrictEqual(comparable(before), comparable(after))) {
    report(path, "update");
  }
}

/** Neither a secret, which is compared as a whole, nor an asset or archive, compared by its contents. */
function isPlainMap(value: PropertyValue): value is PropertyMap {
  return isMap(value) && !isSecret(value) && sourceOf(value) === undefined;
}

function comparable(value: PropertyValue): PropertyValue {
  if (isSecret(value)) return secret(comparable(reveal(value)));
  if (isList(value)) return value.map(comparable);
  const source = sourceOf(value);
  if (source?.hash !== undefined) return [source.kind, source.hash];
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(withoutNulls(value)).map(([key, item]) => [key, comparable(item)]),
  );
}

function join(prefix: string, key: string): string {
  const plain = /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(key);
  if (!plain) return `${prefix}["${key.replaceAll('"', '\\"')}"]`;
  return prefix === "" ? key : `${prefix}.${key}`;
}
