/**
 * npm run bench:warm — `./lab up` from ready caches with everything kept (warm), against the same with everything booted
 * (`--cold`), alternately, three times each: until all hosts answer SSH, counted from the start of the machines, and until the
 * guest is moved. Prints every run, the medians and their ratios. `bench:up` compares with the plain script.
 */
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { textTable } from "../cli/table";
import { median } from "./median";

const runs = Number(process.env.BENCH_RUNS ?? 3);
const stack = "test";
const lab = join(__dirname, "..", "lab");
const limitMs = 20 * 60_000;

const result = z.object({
  seconds: z.number(),
  stages: z.array(z.object({ stage: z.string(), seconds: z.number() })),
});

interface Figures {
  readonly hostsAnswer: number;
  readonly whole: number;
}

async function up(...options: string[]): Promise<Figures> {
  await execa(lab, ["down", stack], { timeout: limitMs });
  const { stdout } = await execa(lab, ["up", stack, "--json", ...options], { timeout: limitMs });
  const { seconds, stages } = result.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  const at = (part: string) =>
    stages.find(({ stage }) => stage.trim() === `${part} after`)?.seconds ?? Number.NaN;
  return { hostsAnswer: at("hosts answered SSH") - at("machines started"), whole: seconds };
}

async function main(): Promise<void> {
  // What is kept is made first, and is no part of any run.
  await up();
  const warm: Figures[] = [];
  const cold: Figures[] = [];
  for (let run = 1; run <= runs; run++) {
    cold.push(await up("--cold"));
    warm.push(await up());
    console.log(
      `run ${run}: cold ${cold.at(-1)?.whole.toFixed(1)} s, warm ${warm.at(-1)?.whole.toFixed(1)} s`,
    );
  }
  await execa(lab, ["down", stack], { timeout: limitMs });
  const row = (what: string, figure: (of: Figures) => number) => {
    const [a, b] = [median(cold.map(figure)), median(warm.map(figure))];
    return [what, a.toFixed(1), b.toFixed(1), (b / a).toFixed(2)];
  };
  const rows = [
    row("hosts answer SSH, s", ({ hostsAnswer }) => hostsAnswer),
    row("./lab up, s", ({ whole }) => whole),
  ];
  console.log(textTable([`medians of ${runs}`, "cold", "warm", "ratio"], rows));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
