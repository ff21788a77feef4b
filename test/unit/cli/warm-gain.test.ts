import { describe, expect, test } from "vitest";
import { warmGain } from "../../../cli/warm-gain";

const line = (servers: string, answered: number, keeping = 0) =>
  JSON.stringify({
    lab: "test",
    servers,
    stages: [
      { stage: "booted servers", seconds: keeping },
      { stage: "the lab", seconds: answered + 5 },
      { stage: "  guest answered after", seconds: answered },
    ],
  });

describe("warmGain", () => {
  test("says both: how long the run took, and how long without", () => {
    const journal = [
      line("memory", 10, 70),
      line("memory", 12),
      line("memory", 14),
      line("boot", 42),
      line("there already", 1),
      "",
    ];
    const said = warmGain(journal.join("\n"), 1000);
    expect(said).toContain("12.0 s from kept memories (median of 3)");
    expect(said).toContain("42.0 s where the servers booted (of 1)");
    expect(said).toContain("This run took 1000 s; had every server booted it would have been about 1020 s.");
  });

  test.each(["", line("memory", 10), line("boot", 10)])(
    "says nothing where only one was seen: %j",
    (journal) => {
      expect(warmGain(journal, 1000)).toBe("");
    },
  );
});
