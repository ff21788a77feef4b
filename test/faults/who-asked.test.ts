import { describe, expect, test } from "vitest";
import { jsonOf, lab as labCommand, stack } from "../lab/lab-command";
import { expectOneWhole, up, upDuring } from "../lab/moving";
import { killEngine } from "./engine";
import { FaultsOnHosts } from "./faults-on-hosts";
import { hybrid, switched } from "./hybrid";

const lab = FaultsOnHosts.prepare();

describe("who asked for the move goes", () => {
  test("killed after the switch, the hosts finish the move, and the next up says so", async () => {
    const { to } = await lab.nextDirection();
    const before = await lab.truth();
    await upDuring({ guestRunsOn: to, migrationOptions: hybrid }, killEngine, switched);
    const { migration } = await up({ guestRunsOn: to });
    const after = await lab.truth();
    lab.addRow("the engine is killed after the switch", "arrived", after);
    expect(migration.runningOn).toBe(to);
    expectOneWhole(before, after);
  });

  test("carried by the client and killed after the switch, the next up removes the half that is left", {
    tags: "long",
  }, async () => {
    const { to } = await lab.nextDirection();
    const before = await lab.truth();
    const byClient = { ...hybrid, transport: "client" as const };
    await upDuring({ guestRunsOn: to, migrationOptions: byClient }, killEngine, switched);
    const { migration } = await up({ guestRunsOn: to, migrationOptions: byClient });
    const after = await lab.truth();
    lab.addRow("the engine that carries the move is killed after the switch", "arrived", after);
    expect(migration.runningOn).toBe(to);
    expectOneWhole(before, after);
  });

  test("Ctrl-C before the switch: the guest stays", { tags: "long" }, async () => {
    const { from, to } = await lab.nextDirection();
    const before = await lab.truth();
    const result = await upDuring({ guestRunsOn: to, migrationOptions: hybrid }, async (running) =>
      running.kill("SIGINT"),
    );
    const after = await lab.truth();
    lab.addRow("Ctrl-C before the switch", `exit code ${result.exitCode}`, after);
    expect(result.exitCode, result.all).toBe(130);
    expect(after.runningOn).toEqual([from]);
    expectOneWhole(before, after);
  });

  test("Ctrl-C after the switch waits for the hosts", { tags: "long" }, async () => {
    const { to } = await lab.nextDirection();
    const before = await lab.truth();
    const result = await upDuring(
      { guestRunsOn: to, migrationOptions: hybrid },
      async (running) => running.kill("SIGINT"),
      switched,
    );
    const after = await lab.truth();
    lab.addRow("Ctrl-C after the switch", `exit code ${result.exitCode}`, after);
    expect(result.exitCode, result.all).toBe(130);
    expect(result.all).toContain("cannot be aborted any more");
    expect(after.runningOn).toEqual([to]);
    expectOneWhole(before, after);
    await up({ guestRunsOn: to });
  });

  test("Ctrl-C twice after the switch leaves, and the hosts finish it", async () => {
    const { to } = await lab.nextDirection();
    const before = await lab.truth();
    const result = await upDuring(
      { guestRunsOn: to, migrationOptions: { ...hybrid, bandwidthMiBps: 2 } },
      async (running) => {
        const told = new Promise<void>((resolve) => {
          running.all?.on("data", (chunk: Buffer) => {
            if (chunk.toString().includes("cannot be aborted any more")) resolve();
          });
          void running.then(() => resolve());
        });
        running.kill("SIGINT");
        await told;
        running.kill("SIGINT");
      },
      switched,
    );
    expect(result.exitCode, result.all).toBe(4);
    expect(result.all).toContain("KVM-643");
    const status = jsonOf(await labCommand(["status", stack, "--json"], 60)) as {
      guest: { copies: string[] };
    };
    expect(status.guest.copies).toHaveLength(1);
    await up({ guestRunsOn: to });
    const after = await lab.truth();
    lab.addRow("Ctrl-C twice after the switch", "exit code 4", after);
    expectOneWhole(before, after);
  });
});
