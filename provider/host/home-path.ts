import { homedir } from "node:os";
import { join } from "node:path";

/** A path as people write it: `~/` is the home of who runs this program. */
export function homePath(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
