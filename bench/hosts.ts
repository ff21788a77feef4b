/**
 * npm run bench:hosts — what one host more costs: `./lab up` of three servers on nothing, the third host added to that lab, and `./lab up` of four
 * servers on nothing (BENCH_RUNS, three times each), all from kept servers or, with BENCH_COLD=1, booted; prints every one, the medians and
 * what the host costs of the three servers' time.
 */
import { textTable } from "../cli/table";
import { down, upWithGuestOn } from "./by-resource";
import { median } from "./median";

const runs = Number(process.env.BENCH_RUNS ?? 3);
const cold = process.env.BENCH_COLD === "1" ? ["warmStart=false"] : [];
/** The lab of the tests: a user's own is left alone. */
const lab = "test";
const oneMore = ["hosts=source,target,third"];

async function upSeconds(settings: readonly string[]): Promise<number> {
  const started = performance.now();
  await upWithGuestOn(lab, "target", [...cold, ...settings]);
  return (performance.now() - started) / 1000;
}

async function oneRun(): Promise<[number, number, number]> {
  await down(lab);
  const three = await upSeconds([]);
  const added = await upSeconds(oneMore);
  await down(lab);
  const four = await upSeconds(oneMore);
  await down(lab);
  return [three, added, four];
}

async function main(): Promise<void> {
  // What is kept is made first, and that is no part of any run.
  await oneRun();
  const all: [number, number, number][] = [];
  for (let run = 1; run <= runs; run++) {
    const one = await oneRun();
    all.push(one);
    const [three, added, four] = one.map((seconds) => seconds.toFixed(1));
    console.log(`run ${run}: three servers ${three} s; a host added ${added} s; four servers ${four} s`);
  }
  const [three, added, four] = [0, 1, 2].map((index) => median(all.map((one) => one[index] ?? Number.NaN)));
  const share = (seconds = Number.NaN) => (seconds / (three ?? Number.NaN)).toFixed(2);
  console.log(
    textTable(
      ["medians", "seconds", "of the three servers' time"],
      [
        ["./lab up of three servers", `${three?.toFixed(1)}`, share(three)],
        ["a host added to them", `${added?.toFixed(1)}`, share(added)],
        ["./lab up of four servers", `${four?.toFixed(1)}`, share(four)],
      ],
    ),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
