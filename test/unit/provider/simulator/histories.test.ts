import fc from "fast-check";
import { expect, test } from "vitest";
import { history } from "../../../simulator/arbitrary-history";
import { live } from "../../../simulator/history";

/** How many histories a run of the tests lives through; more of them find more. */
const runs = Number(process.env.KVMLAB_HISTORIES ?? 600);
/** To live through the same ones again. */
const seed = Number(process.env.KVMLAB_HISTORIES_SEED ?? Date.now() % 1_000_000_000);

test("whatever happens, no guest is lost, doubled or mistaken, and the same command again ends well", {
  timeout: 3_600_000,
}, async () => {
  console.log(`${runs} histories, seed ${seed} (KVMLAB_HISTORIES, KVMLAB_HISTORIES_SEED)`);
  await fc.assert(
    fc.asyncProperty(history, async (one) => {
      const { wrong, story } = await live(one);
      expect(wrong, story.join("\n")).toEqual([]);
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
});
