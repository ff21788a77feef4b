import { describe, expect, test } from "vitest";
import { drain } from "../../../../provider/resources/drain";
import { drainInputs, type MigrationInputs, migrationInputs } from "../../../../provider/resources/inputs";
import { migration } from "../../../../provider/resources/migration";
import { guest, SimulatedHosts } from "../../../simulator/simulated-hosts";

const starting = { ...guest(1, 100), autostart: true };
const other = guest(2, 50);
const three = () =>
  new SimulatedHosts().host("a", 900, { one: starting, other }).host("b", 600).host("c", 500);

const inputs = (hosts: SimulatedHosts, changed: object = {}): MigrationInputs =>
  migrationInputs.parse({
    ...migration.defaults,
    guest: starting.uuid,
    hosts: hosts.connections,
    to: "b",
    ...changed,
  });

const proofOf = (proofs: readonly { readonly name: string }[]) =>
  proofs.find(({ name }) => name === "autostart-kept");

/** Whether its definition says still that it is on its way. */
const marks = (hosts: SimulatedHosts) => hosts.marksOf(starting);

describe("a guest that starts with its host", () => {
  test("starts with the host that it is moved to, and with no other; so it does after the way back", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts), hosts.operation());
    expect(hosts.startersOf(starting)).toEqual(["b"]);
    expect(proofOf(state.proofs)).toEqual({
      name: "autostart-kept",
      verdict: "proved",
      facts: "autostart before, autostart on b",
    });
    expect(hosts.said).toContain(`on b: virsh autostart ${starting.uuid}`);
    await migration.update(inputs(hosts, { to: "a" }), state, hosts.operation());
    expect(hosts.startersOf(starting)).toEqual(["a"]);
    expect(marks(hosts)).toEqual([]);
  });

  test("is asked nothing more where it has no autostart", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts, { guest: other.uuid }), hosts.operation());
    expect(hosts.startersOf(other)).toEqual([]);
    expect(proofOf(state.proofs)).toMatchObject({
      verdict: "proved",
      facts: "no autostart before, no autostart on b",
    });
    expect(hosts.said.filter((line) => line.includes("autostart"))).toEqual([]);
  });

  test("takes it along under a new name, and when it is shut off or stands still", async () => {
    const renamed = three();
    await migration.create(inputs(renamed, { options: { newName: "mail" } }), renamed.operation());
    expect(renamed.startersOf(starting)).toEqual(["b"]);
    for (const state of ["shut off", "paused"]) {
      const hosts = new SimulatedHosts().host("a", 900, { one: { ...starting, state } }).host("b", 600);
      const options = { mode: state === "paused" ? "live" : "offline" };
      const moved = await migration.create(inputs(hosts, { options }), hosts.operation());
      expect(proofOf(moved.state.proofs)).toMatchObject({ verdict: "proved" });
      expect(hosts.startersOf(starting)).toEqual(["b"]);
    }
  });

  test("starts with no host that keeps its definition", async () => {
    const hosts = three();
    await migration.create(inputs(hosts, { options: { undefineSource: false } }), hosts.operation());
    expect(hosts.guestsOn("a")).toContain("one");
    expect(hosts.startersOf(starting)).toEqual(["b"]);
  });

  test("keeps it where it was, when the target should keep no definition", async () => {
    const hosts = three();
    const options = { persistent: false, undefineSource: false };
    const { state } = await migration.create(inputs(hosts, { options }), hosts.operation());
    expect(hosts.startersOf(starting)).toEqual(["a"]);
    expect(proofOf(state.proofs)).toMatchObject({ verdict: "unproved" });
    expect(marks(hosts)).toEqual([]);
  });

  test("has it still, and no mark, when the move failed", async () => {
    const hosts = three();
    hosts.refused.add("one");
    await expect(migration.create(inputs(hosts), hosts.operation())).rejects.toMatchObject({
      facts: { code: "KVM-605" },
    });
    expect(hosts.startersOf(starting)).toEqual(["a"]);
    expect(marks(hosts)).toEqual([]);
  });

  test("loses it by a run that is killed, and gets it by the next one", async () => {
    const hosts = three();
    void migration.create(inputs(hosts), hosts.operation()).catch(() => {});
    await hosts.killWhenLeft("a", 1);
    expect(hosts.startersOf(starting)).toEqual([]);
    const { state } = await migration.create(inputs(hosts), hosts.operation());
    expect(state).toMatchObject({ runningOn: "b", moved: false });
    expect(hosts.startersOf(starting)).toEqual(["b"]);
    expect(marks(hosts)).toEqual([]);
  });

  test("is found so by a refresh: there is something to do, although it is where it should be", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts, { to: "a" }), hosts.operation());
    void migration.update(inputs(hosts), state, hosts.operation()).catch(() => {});
    await hosts.killWhenLeft("a", 1);
    const read = await migration.read(inputs(hosts), state, hosts.operation());
    expect(read?.state).toMatchObject({ runningOn: "b", unfinished: "autostart" });
    const found = read?.state ?? state;
    expect([...migration.diff(inputs(hosts), inputs(hosts), found).keys()]).toEqual(["unfinished"]);
    const next = await migration.update(inputs(hosts), found, hosts.operation());
    expect(next.unfinished).toBeUndefined();
    expect(hosts.startersOf(starting)).toEqual(["b"]);
  });

  test("loses one that the target's leftover definition had, where it had none itself", async () => {
    const hosts = new SimulatedHosts()
      .host("a", 900, { one: guest(1, 100) })
      .host("b", 600, { one: { ...starting, state: "shut off" } });
    await migration.create(inputs(hosts), hosts.operation());
    expect(hosts.startersOf(starting)).toEqual([]);
  });
});

describe("a host that is emptied", () => {
  const drained = (hosts: SimulatedHosts) =>
    drainInputs.parse({ ...drain.defaults, host: "a", hosts: hosts.connections });

  test("is left and returned to with autostart, which guests without it do not get", async () => {
    const hosts = three();
    const { state } = await drain.create(drained(hosts), hosts.operation());
    const [away] = hosts.startersOf(starting);
    expect(state.movedGuests.find(({ uuid }) => uuid === starting.uuid)).toMatchObject({ to: away });
    await drain.delete(drained(hosts), state, hosts.operation());
    expect(hosts.startersOf(starting)).toEqual(["a"]);
    expect(hosts.startersOf(other)).toEqual([]);
    expect(marks(hosts)).toEqual([]);
  });

  test("by a run that is killed: the next one, or a refresh, finds what is left to do", async () => {
    const hosts = new SimulatedHosts().host("a", 900, { one: starting }).host("b", 600);
    void drain.create(drained(hosts), hosts.operation()).catch(() => {});
    await hosts.killWhenLeft("a", 1);
    await hosts.world.time.sleep(60_000);
    const nothing = { movedGuests: [], drained: true };
    const read = await drain.read(drained(hosts), nothing, hosts.operation());
    expect(read?.state.drained).toBe(false);
    await drain.update(drained(hosts), read?.state ?? nothing, hosts.operation());
    expect(hosts.startersOf(starting)).toEqual(["b"]);
  });
});
