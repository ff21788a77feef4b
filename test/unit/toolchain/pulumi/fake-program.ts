import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes an executable shell script that first notes its arguments, one line a call, in `<path>.calls`. */
export async function fakeProgram(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "$*" >> "$0.calls"\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** The calls of a fake program so far. */
export async function callsOf(path: string): Promise<string[]> {
  const text = await readFile(`${path}.calls`, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}
