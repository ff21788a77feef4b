import { expect, test } from "vitest";
import { outputsSchema } from "../../../cli/access";
import { describeMove } from "../../../cli/summary";

/** As `pulumi stack output --json` gives it. */
const move = {
  runningOn: "target",
  moved: true,
  from: "source",
  totalTimeMs: 4_200,
  jobTimeMs: 2_100,
  downtimeMs: -1,
  dataMovedMiB: 61,
  proofs: [{ name: "same-boot", verdict: "proved", facts: "boot_id a before, a after" }],
  command: "virsh migrate --live guest qemu+ssh://target/system",
  migratedAt: "2026-11-23T10:00:00Z",
};
const migration = (given: object) => outputsSchema.shape.migration.parse(given);

test("what was waived stands below the proofs", () => {
  const waived = [{ code: "KVM-636", found: "target is 60.00 s ahead of source" }];
  const lines = describeMove({ migration: migration({ ...move, waived }) });
  expect(lines.at(-1)).toBe("Waived: KVM-636, target is 60.00 s ahead of source");
  expect(lines.join("\n")).toContain("downtime not known");
});

test("the outputs of a lab that knows no waivers are read all the same", () => {
  expect(describeMove({ migration: migration(move) }).join("\n")).not.toContain("Waived");
});
