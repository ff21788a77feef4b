import { appendFile } from "node:fs/promises";
import type { UpResult } from "./summary";

/** For whoever sums up many of them: the file that KVMLAB_JOURNAL names gets a line of JSON from each `./lab up` that succeeded. */
export async function addToJournal(result: UpResult, file = process.env.KVMLAB_JOURNAL): Promise<void> {
  if (file) await appendFile(file, `${JSON.stringify(result)}\n`);
}
