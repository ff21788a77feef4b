// @module-tag long
import { describe, expect, test } from "vitest";
import { type Direction, expectOneWhole, up, upDuring } from "../lab/moving";
import { cutPower } from "../lab/servers-power";
import { FaultsOnHosts } from "./faults-on-hosts";
import { hybrid, switched } from "./hybrid";

const lab = FaultsOnHosts.prepare();

const slow = { bandwidthMiBps: 2, progressSeconds: 1 };
/** Some twenty seconds, for the host to be gone in. */
const longer = { ...hybrid, bandwidthMiBps: 2 };

interface PowerCut {
  readonly name: string;
  readonly server: (direction: Direction) => "source" | "target";
  readonly afterSwitch: boolean;
  readonly codes: readonly string[];
  /** Whether the running guest is lost with the host: its only copy, or a half of it. */
  readonly lost: boolean;
}

const cuts: readonly PowerCut[] = [
  {
    name: "the target loses power before the switch",
    server: ({ to }) => to,
    afterSwitch: false,
    codes: ["KVM-605"],
    lost: false,
  },
  {
    name: "the source loses power before the switch",
    server: ({ from }) => from,
    afterSwitch: false,
    codes: ["KVM-609"],
    lost: true,
  },
  {
    name: "the target loses power after the switch",
    server: ({ to }) => to,
    afterSwitch: true,
    codes: ["KVM-609", "KVM-614"],
    lost: true,
  },
  {
    name: "the source loses power after the switch",
    server: ({ from }) => from,
    afterSwitch: true,
    codes: ["KVM-609", "KVM-614"],
    lost: true,
  },
];

describe("a host that loses power during a move: the next up brings it and the guest back", {}, () => {
  test.each(cuts)("$name", async ({ name, server, afterSwitch, codes, lost }) => {
    const direction = await lab.nextDirection();
    const before = await lab.truth();
    const migrationOptions = afterSwitch ? longer : slow;
    const move = { guestRunsOn: direction.to, migrationOptions };
    const cut = () => cutPower(server(direction));
    const result = await upDuring(move, cut, ...(afterSwitch ? [switched] : []));
    const told = /KVM-6\d\d/.exec(result.stderr)?.[0] ?? `exit code ${result.exitCode}`;
    expect(codes, result.all).toContain(told);
    await up({ guestRunsOn: direction.to });
    const after = await lab.truth();
    lab.addRow(name, told, after);
    expect(after.runningOn).toEqual([direction.to]);
    if (!lost) return expectOneWhole(before, after);
    // What it had in memory went with the host; what it had synced to its disk did not.
    expect(after.status?.bootId).not.toBe(before.status?.bootId);
    expect(after.disk).toMatchObject({ gaps: 0 });
    expect(after.disk?.last ?? 0).toBeGreaterThanOrEqual(before.status?.syncedSequence ?? 0);
  });
});
