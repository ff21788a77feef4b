/**
 * npm run bench:warm — `./lab up` from ready caches with everything kept (warm), against the same with everything booted
 * (`--cold`), alternately, three times each: until all hosts answer SSH, counted from the start of the machines, and until the
 * guest is moved. Then, of a lab that is up, what `./lab save`, `./lab restore` after a `./lab down`, and `./lab reset` take, the
 * last two until the guest answers. Prints every run, the medians and their ratios. `bench:up` compares with the plain script.
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

const seconds = z.object({ seconds: z.number() });
const saved = seconds.extend({ bytes: z.number(), pausedMs: z.number() });

interface Figures {
  readonly hostsAnswer: number;
  readonly whole: number;
}

async function up(...options: string[]): Promise<Figures> {
  await execa(lab, ["down", stack], { timeout: limitMs });
  const { seconds, stages } = result.parse(await told(["up", stack, "--json", ...options]));
  const at = (part: string) =>
    stages.find(({ stage }) => stage.trim() === `${part} after`)?.seconds ?? Number.NaN;
  return { hostsAnswer: at("hosts answered SSH") - at("machines started"), whole: seconds };
}

/** What a command says as JSON, on the last line. */
async function told(args: readonly string[]): Promise<unknown> {
  const { stdout } = await execa(lab, [...args], { timeout: limitMs });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** Saves, resets and restores the lab that is up, under a name that is nobody else's. */
async function keeping(): Promise<string[][]> {
  const name = `bench-${process.pid}`;
  const taken: Record<"save" | "pause" | "size" | "restore" | "reset", number[]> = {
    ...{ save: [], pause: [], size: [] },
    ...{ restore: [], reset: [] },
  };
  for (let run = 1; run <= runs; run++) {
    const one = saved.parse(await told(["save", name, "--lab", stack, "--json", "--force"]));
    taken.save.push(one.seconds);
    taken.pause.push(one.pausedMs / 1000);
    taken.size.push(one.bytes / 1024 ** 3);
    await execa(lab, ["down", stack], { timeout: limitMs });
    taken.restore.push(seconds.parse(await told(["restore", name, "--json"])).seconds);
    taken.reset.push(seconds.parse(await told(["reset", stack, "--json"])).seconds);
  }
  await execa(lab, ["saves", "--remove", name], { timeout: limitMs });
  return [
    ["./lab save, s", median(taken.save).toFixed(1)],
    ["  the lab stands still, s", median(taken.pause).toFixed(1)],
    ["  size, GiB", median(taken.size).toFixed(2)],
    ["./lab restore to an answering guest, s", median(taken.restore).toFixed(1)],
    ["./lab reset to an answering guest, s", median(taken.reset).toFixed(1)],
  ];
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
  // With a reset point, which the tests' own stack keeps none of.
  await up("-c", "resetPoint=true");
  const kept = await keeping();
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
  console.log(textTable([`medians of ${runs}`, "taken"], kept));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
