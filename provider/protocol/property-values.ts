/**
 * Property values as Pulumi's engine sends them: JSON in which some objects and strings have a special meaning.
 * The marks are fixed by Pulumi's protocol.
 */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | readonly PropertyValue[]
  | { readonly [key: string]: PropertyValue };
export type PropertyMap = { readonly [key: string]: PropertyValue };

const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const assetMark = "c44067f5952c0a294b673a41bacd8c17";
const archiveMark = "0def7320c3a5731c473e5ecbe6d01bc7";

const hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Stands for a string that will be known only after the deployment; seen and sent in previews. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownMarks = new Set([
  unknownText,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

export function isUnknown(value: PropertyValue | undefined): boolean {
  return typeof value === "string" && unknownMarks.has(value);
}

export function isSecret(value: PropertyValue | undefined): value is { readonly value: PropertyValue } {
  return isMap(value) && value[signature] === secretMark;
}

export function secret(value: PropertyValue): PropertyValue {
  return isSecret(value) ? value : { [signature]: secretMark, value };
}

/** The value without any mark of secrecy, at any depth. */
export function reveal(value: PropertyValue): PropertyValue {
  if (isSecret(value)) return reveal(value.value);
  if (isList(value)) return value.map(reveal);
  return isMap(value) ? revealMap(value) : value;
}

export function revealMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, reveal(value)]));
}

/** Pulumi takes a property that is null for one that is not there. */
export function withoutNulls(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}

/** An asset is a file's contents, an archive those of a tree; given by a path, or as text. */
export interface Source {
  readonly kind: "asset" | "archive";
  readonly path?: string;
  readonly text?: string;
  readonly uri?: string;
  /** Hash of the contents, computed by the engine. */
  readonly hash?: string;
}

export function sourceOf(value: PropertyValue | undefined): Source | undefined {
  if (!isMap(value)) return undefined;
  const mark = value[signature];
  if (mark !== assetMark && mark !== archiveMark) return undefined;
  const given = (key: "path" | "uri" | "text" | "hash") => {
    const found = value[key];
    return typeof found === "string" && found !== "" ? { [key]: found } : {};
  };
  // An empty text is left out by the engine; its hash tells it from nothing at all.
  const emptyText = value.hash === hashOfNothing && !value.path && !value.uri ? { text: "" } : {};
  return {
    kind: mark === assetMark ? "asset" : "archive",
    ...emptyText,
    ...given("path"),
    ...given("uri"),
    ...given("text"),
    ...given("hash"),
  };
}

export function fileAsset(path: string, hash: string): PropertyMap {
  return { [signature]: assetMark, path, hash };
}

export function archiveOfAssets(assets: PropertyMap): PropertyMap {
  return { [signature]: archiveMark, assets };
}
