import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildOnce } from "../../../../toolchain/cache";

/** Run as a process of its own: builds the same thing as its siblings and notes each build in a file. */
async function main([log = "", milliseconds = "0", end = "finish"]: string[]): Promise<void> {
  const built = await buildOnce("things", "one", async (staging) => {
    await appendFile(log, `${process.pid}\n`);
    await writeFile(join(staging, "half"), "half");
    await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
    if (end === "crash") process.kill(process.pid, "SIGKILL");
    await writeFile(join(staging, "whole"), String(process.pid));
  });
  console.log(built);
}

void main(process.argv.slice(2));
