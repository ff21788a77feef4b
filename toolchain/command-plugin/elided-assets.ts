import { join } from "node:path";
import {
  isMap,
  type PropertyMap,
  type PropertyValue,
  sourceOf,
} from "kvmlab-provider/protocol/property-values";
import { text } from "./property-reader";

/**
 * For a refresh the engine sends assets without their contents. It puts these back into the answer itself, but only at the
 * first level: the `assets` of a local command would come back empty, and the next deployment would end with "Invalid asset".
 * So they get their paths again, which are their names in the command's folder.
 */
export function withAssetPaths(state: PropertyMap): PropertyMap {
  const { assets } = state;
  if (!isMap(assets)) return state;
  const folder = text(state, "dir") ?? process.cwd();
  const found = Object.entries(assets).map(([name, asset]) => [name, withPath(asset, join(folder, name))]);
  return { ...state, assets: Object.fromEntries(found) };
}

function withPath(value: PropertyValue, path: string): PropertyValue {
  const source = sourceOf(value);
  const bare = source?.kind === "asset" && source.path === undefined && source.text === undefined;
  return bare && isMap(value) ? { ...value, path } : value;
}
