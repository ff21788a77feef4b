import { link, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { execa } from "execa";

const copyLimitMs = 300_000;

/** GNU cp: it keeps holes, modes and links, and shares blocks where the file system can. */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const how = ["--archive", "--no-target-directory", "--reflink=auto", "--sparse=auto"];
  const options = { timeout: copyLimitMs, stdin: "ignore", env: { LC_ALL: "C" } } as const;
  await execa("cp", [...how, "--", from, to], options);
}

/** Both are only ever read. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await link(from, to);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["EXDEV", "EPERM", "EMLINK", "EOPNOTSUPP"].includes(code)) throw error;
    await copyTree(from, to);
  }
}
