/**
 * npm run bench:report — `./lab report` of ten measured moves, three times, from the command to the page on disk. Prints every
 * run, the median (5 s are allowed) and the page's size (2 MB are). The moves are made up, and as long as an emulated lab's.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { keepMove } from "../cli/kept-moves";
import { lastSamples, movesFolder } from "../components/measured-moves";
import { tenMoves } from "../test/unit/report/sample-moves";
import { median } from "./median";

const runs = Number(process.env.BENCH_RUNS ?? 3);
const lab = join(__dirname, "..", "lab");
const limitMs = 120_000;

async function main(): Promise<void> {
  const cache = await mkdtemp(join(tmpdir(), "kvmlab-bench-"));
  try {
    process.env.KVMLAB_CACHE = cache;
    await mkdir(movesFolder("dev"), { recursive: true });
    const moves = tenMoves();
    for (const { move, samples } of moves) {
      await writeFile(lastSamples("dev", move.guest), samples);
      await keepMove(move);
    }
    const page = join(cache, "report.html");
    const times: number[] = [];
    for (let run = 1; run <= runs; run++) {
      const started = performance.now();
      await execa(lab, ["report", "--moves", String(moves.length), "--output", page], { timeout: limitMs });
      times.push((performance.now() - started) / 1000);
      console.log(`run ${run}: ${times.at(-1)?.toFixed(1)} s`);
    }
    const { size } = await stat(page);
    const figures = `${median(times).toFixed(1)} s, ${(size / 1e6).toFixed(2)} MB`;
    const busy = `load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`;
    console.log(`${moves.length} moves, median of ${runs}: ${figures} (${busy})`);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
