import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { inspectionSignal } from "../../../cli/inspection-signal";

test("an inspection's signal ends each of many questions at its limit, without a warning", async () => {
  const warnings: string[] = [];
  const warned = ({ name }: Error) => warnings.push(name);
  process.on("warning", warned);
  try {
    const signal = inspectionSignal(20);
    const ended = Array.from(
      { length: 40 },
      () => new Promise((resolve) => signal.addEventListener("abort", resolve)),
    );
    // Node.js does not stay for the signal's own timer.
    await Promise.all([sleep(50), ...ended]);
    expect(warnings).toEqual([]);
  } finally {
    process.off("warning", warned);
  }
});
