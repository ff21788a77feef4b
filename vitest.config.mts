import { defineConfig } from "vitest/config";

// Two projects: `unit` runs in seconds anywhere; `lab` drives real machines, one file after the other.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 20_000 } },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          fileParallelism: false,
          sequence: { concurrent: false },
          testTimeout: 900_000,
          hookTimeout: 1_800_000,
          bail: 1,
        },
      },
    ],
  },
});
