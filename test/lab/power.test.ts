import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Inside, type Server } from "./inside";
import { jsonOf, lab, stack } from "./lab-command";
import { clockIsOff, cutPower, endHypervisor, hypervisorOf, restartFromInside, whole } from "./servers-power";

const servers: readonly Server[] = ["nfs", "source", "target"];
const upResult = z.object({ seconds: z.number(), guest: z.object({ runningOn: z.string() }) });

/** `./lab up` with no word more, as its user gives it who knows only that something is wrong. */
async function up(): Promise<z.output<typeof upResult>> {
  const result = await lab(["up", stack, "--json"], 900);
  expect(result.exitCode, result.all).toBe(0);
  return upResult.parse(jsonOf(result));
}

/** Everything that the stack says, looked at from outside of what `./lab up` believes. */
async function expectAllOfIt(): Promise<void> {
  const inside = await Inside.open();
  try {
    for (const server of servers) await inside.on(server, whole[server]);
    const clocks = await Promise.all(servers.map((server) => clockIsOff(inside, server)));
    expect(Math.max(...clocks), clocks.join(", ")).toBeLessThan(500);
    const truth = await inside.truth();
    expect(truth.runningOn, truth.states.join(", ")).toEqual(["target"]);
    expect(truth.disk).toMatchObject({ gaps: 0, torn: 0, readOnly: false });
    expect(truth.memory?.wrong).toBe(0);
  } finally {
    inside.close();
  }
}

const cases: readonly {
  readonly what: string;
  readonly lose: () => Promise<void>;
  readonly long?: boolean;
}[] = [
  { what: "the host that runs the guest was without power", lose: () => cutPower("target"), long: true },
  { what: "the host that runs no guest was without power", lose: () => cutPower("source"), long: true },
  { what: "the NFS server was without power, the guest running", lose: () => cutPower("nfs"), long: true },
  {
    what: "the host that runs the guest was restarted from inside",
    lose: () => restartFromInside("target"),
    long: true,
  },
  { what: "all servers were without power", lose: () => cutPower("nfs", "source", "target") },
  { what: "the machine was restarted", lose: endHypervisor, long: true },
];

describe("./lab up brings the lab back when", () => {
  beforeAll(up);
  afterAll(async () => {
    await lab(["down", stack], 120);
  });

  for (const { what, lose, long = false } of cases) {
    test(what, long ? { tags: "long" } : {}, async () => {
      await lose();
      const { seconds, guest } = await up();
      console.log(`${what}: ${seconds.toFixed(1)} s`);
      expect(guest.runningOn).toBe("target");
      await expectAllOfIt();
    });
  }

  test("and has nothing more to do then", async () => {
    const { pid } = await hypervisorOf();
    const result = await lab(["up", stack], 120);
    expect(result.exitCode, result.all).toBe(0);
    expect(result.all).not.toContain("Servers that were away");
    expect((await hypervisorOf()).pid).toBe(pid);
  });
});
