/**
 * npm run bench:storage — a lab with iSCSI against one with NFS, alternately: `./lab up` from kept servers to the moved guest (BENCH_RUNS, three times
 * each), then moves in both directions, both labs up at once (BENCH_PAIRS, four each); prints every one, the medians and the ratios. Other kinds: BENCH_STORAGE.
 */
import { textTable } from "../cli/table";
import { down, upWithGuestOn } from "./by-resource";
import { median } from "./median";
import type { Place } from "./move-pairs";

const runs = Number(process.env.BENCH_RUNS ?? 3);
const pairs = Number(process.env.BENCH_PAIRS ?? 4);
const other = process.env.BENCH_STORAGE ?? "iscsi";
/** The labs of the tests: a user's own are left alone. */
const labs = [
  { lab: "test", kind: "nfs" },
  { lab: "test-beside", kind: other },
] as const;

type Lab = (typeof labs)[number];

async function upSeconds({ lab, kind }: Lab): Promise<number> {
  await down(lab);
  const started = performance.now();
  await upWithGuestOn(lab, "target", [`storage=${kind}`, "resetPoint=false"]);
  return (performance.now() - started) / 1000;
}

async function move({ lab, kind }: Lab, to: Place) {
  const figures = await upWithGuestOn(lab, to, [`storage=${kind}`, "resetPoint=false"]);
  if (figures === undefined) throw new Error(`the guest of ${lab} was on ${to} already`);
  return figures;
}

/** Both labs in turn, the other one first every second time; what was found of each. */
async function inPairs<T>(
  times: number,
  what: string,
  work: (lab: Lab, time: number) => Promise<T>,
  told: (of: T) => string,
): Promise<T[][]> {
  const found = new Map<Lab, T[]>(labs.map((one) => [one, []]));
  for (let time = 1; time <= times; time++) {
    for (const one of time % 2 ? labs : labs.toReversed()) {
      const of = await work(one, time);
      found.get(one)?.push(of);
      console.log(`${what} ${time}: ${one.kind} ${told(of)}`);
    }
  }
  return labs.map((one) => found.get(one) ?? []);
}

async function main(): Promise<void> {
  // What is kept is made first, and that is no part of any run.
  for (const one of labs) await upSeconds(one);
  for (const { lab } of labs) await down(lab);
  const ups = await inPairs(
    runs,
    "up",
    async (one) => {
      const seconds = await upSeconds(one);
      await down(one.lab);
      return seconds;
    },
    (seconds) => `${seconds.toFixed(1)} s`,
  );
  for (const one of labs) await upSeconds(one);
  const moves = await inPairs(
    pairs,
    "move",
    (one, time) => move(one, time % 2 ? "source" : "target"),
    ({ totalTimeMs, jobTimeMs, downtimeMs }) =>
      `${totalTimeMs} ms (job ${jobTimeMs} ms, downtime ${downtimeMs} ms)`,
  );
  for (const { lab } of labs) await down(lab);
  const row = (what: string, [nfs = [], theirs = []]: readonly (readonly number[])[], digits: number) => {
    const [a, b] = [median(nfs), median(theirs)];
    return [what, a.toFixed(digits), b.toFixed(digits), (b / a).toFixed(2)];
  };
  const figures = (of: "totalTimeMs" | "jobTimeMs" | "downtimeMs") =>
    moves.map((some) => some.map((one) => one[of]));
  console.log(
    textTable(
      ["medians", "nfs", other, "ratio"],
      [
        row("./lab up from kept servers, s", ups, 1),
        row("move in all, ms", figures("totalTimeMs"), 0),
        row("libvirt's job, ms", figures("jobTimeMs"), 0),
        row("libvirt's downtime, ms", figures("downtimeMs"), 0),
      ],
    ),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
