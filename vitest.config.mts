import { defineConfig } from "vitest/config";

const onRealMachines = {
  fileParallelism: false,
  sequence: { concurrent: false },
  testTimeout: 900_000,
  hookTimeout: 1_800_000,
};

// `unit` runs anywhere in a minute; `page` opens pages in Debian's Chromium; `lab` drives real machines, one file after the other; `faults` breaks
// moves half-way on them. `./lab test` sets up what they need, and runs all of them or those that it is given by name.
export default defineConfig({
  test: {
    // One that costs minutes and has a shorter neighbour: `./lab test --all` runs these too, so that CI has its answer within an hour.
    tags: [{ name: "long", description: "left to npm run test:all" }],
    projects: [
      // More workers than processors: many of these tests wait for a time to pass.
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          // Only what hangs ends by them: `./lab test` runs these while the toolchain is built, and many machines are slower.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 4,
          globalSetup: "test/unit/what-is-missing.ts",
        },
      },
      {
        test: {
          name: "page",
          include: ["test/page/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: "lab", include: ["test/lab/**/*.test.ts"], ...onRealMachines } },
      { test: { name: "faults", include: ["test/faults/**/*.test.ts"], ...onRealMachines } },
    ],
  },
});
