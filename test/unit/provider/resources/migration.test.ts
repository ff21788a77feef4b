import { describe, expect, test } from "vitest";
import { type MigrationInputs, migrationInputs } from "../../../../provider/resources/inputs";
import { migration } from "../../../../provider/resources/migration";
import { guest, SimulatedHosts } from "../../../simulator/simulated-hosts";

const inputs = (hosts: SimulatedHosts, changed: object = {}): MigrationInputs =>
  migrationInputs.parse({ ...migration.defaults, guest: "one", hosts: hosts.connections, ...changed });

const one = guest(1, 100);
const three = () => new SimulatedHosts().host("a", 900, { one }).host("b", 300).host("c", 400);

describe("a migration whose target is left open", () => {
  test("takes the other host with the most free memory", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts), hosts.operation());
    expect(state).toMatchObject({ runningOn: "c", from: "a", origin: "a", moved: true });
    expect(hosts.guestsOn("c")).toEqual(["one"]);
    expect(hosts.said).toContain("one goes to c: 300 MiB free on b; 400 MiB free on c");
  });

  test("among those where its name is free", async () => {
    const hosts = three();
    hosts.at("c").guests.set("one", guest(2, 10, "shut off"));
    const { state } = await migration.create(inputs(hosts), hosts.operation());
    expect(state.runningOn).toBe("b");
  });

  test("says what it needs where it fits nowhere", async () => {
    const hosts = new SimulatedHosts().host("a", 900, { one }).host("b", 100);
    await expect(migration.create(inputs(hosts), hosts.operation())).rejects.toMatchObject({
      facts: { code: "KVM-617", found: "one needs 132 MiB; b has 36 MiB for them" },
    });
    expect(hosts.moves).toEqual([]);
  });

  test("says that there is no such guest, or that it does not run", async () => {
    const nowhere = new SimulatedHosts().host("a", 900).host("b", 900);
    await expect(migration.create(inputs(nowhere), nowhere.operation())).rejects.toMatchObject({
      facts: { code: "KVM-601" },
    });
    nowhere.at("a").guests.set("one", guest(1, 100, "shut off"));
    await expect(migration.create(inputs(nowhere), nowhere.operation())).rejects.toMatchObject({
      facts: { code: "KVM-604" },
    });
  });

  test("leaves the guest afterwards where it is, wherever somebody moved it", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts), hosts.operation());
    hosts.at("c").guests.delete("one");
    hosts.at("b").guests.set("one", one);
    const read = await migration.read(inputs(hosts), state, hosts.operation());
    expect(read).toMatchObject({ state: { runningOn: "b" }, found: {} });
    expect([...migration.diff(inputs(hosts), inputs(hosts), read?.state ?? state).keys()]).toEqual([]);
    const changed = inputs(hosts, { timeoutSeconds: 60 });
    const next = await migration.update(changed, state, hosts.operation());
    expect(next).toMatchObject({ runningOn: "b", moved: false, origin: "a" });
    expect(hosts.moves).toHaveLength(1);
  });

  test("goes home again, and is moved when it is given a target later", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts), hosts.operation());
    const to = inputs(hosts, { to: "b" });
    expect([...migration.diff(inputs(hosts), to, state).keys()]).toEqual(["to"]);
    const next = await migration.update(to, state, hosts.operation());
    expect(next.runningOn).toBe("b");
    // A target that is taken out again is no change: it stays.
    expect([...migration.diff(to, inputs(hosts), next).keys()]).toEqual([]);
    await migration.delete(inputs(hosts, { onDelete: "return" }), next, hosts.operation());
    expect(hosts.guestsOn("a")).toEqual(["one"]);
  });

  test("does not foresee where the guest goes, but that it stays", async () => {
    const hosts = three();
    expect(migration.previewOutputs(inputs(hosts), undefined)).toEqual({});
    const { state } = await migration.create(inputs(hosts), hosts.operation());
    expect(migration.previewOutputs(inputs(hosts), state)).toEqual({ ...state, moved: false });
    expect(migration.previewOutputs(inputs(hosts, { to: "b" }), state)).toEqual({ runningOn: "b" });
  });
});
