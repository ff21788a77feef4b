import fc from "fast-check";
import { expect, test } from "vitest";
import { history } from "../../../simulator/arbitrary-history";
import { live } from "../../../simulator/history";

/** How many histories a run of the tests lives through; more of them find more. */
const runs = Number(process.env.KVMLAB_HISTORIES ?? 1500);
/** The same ones each time, so that a change is what fails; `random` (npm run test:histories) looks for new ones. */
const asked = process.env.KVMLAB_HISTORIES_SEED ?? "31337";
const seed = asked === "random" ? Date.now() % 1_000_000_000 : Number(asked);

test("whatever happens, no guest is lost, doubled or mistaken, and the same command again ends well", {
  timeout: 3_600_000,
}, async () => {
  console.log(`${runs} histories, seed ${seed} (KVMLAB_HISTORIES, KVMLAB_HISTORIES_SEED)`);
  const began = performance.now();
  await fc.assert(
    fc.asyncProperty(history, async (one) => {
      const { wrong, story } = await live(one);
      expect(wrong, story.join("\n")).toEqual([]);
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
  console.log(`${((1000 * runs) / (performance.now() - began)).toFixed(1)} histories a second`);
});
