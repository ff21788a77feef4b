import { describe, expect, test } from "vitest";
import { migrationInputs } from "../../../../provider/resources/inputs";
import { migration } from "../../../../provider/resources/migration";
import { guest, SimulatedHosts } from "../../../simulator/simulated-hosts";

const one = guest(1, 100);
const three = () => new SimulatedHosts().host("a", 900, { one }).host("b", 300).host("c", 400);

const given = (hosts: SimulatedHosts, changed: object = {}) =>
  ({ ...migration.defaults, guest: one.uuid, hosts: hosts.connections, ...changed }) as const;
const inputs = (hosts: SimulatedHosts, changed: object = {}) => migrationInputs.parse(given(hosts, changed));
const problems = (hosts: SimulatedHosts, changed: object) =>
  migrationInputs
    .safeParse(given(hosts, changed))
    .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

const renamed = { to: "b", options: { newName: "mail" } };

describe("a guest that is given by its UUID", () => {
  test("moves as virsh takes it, and keeps its name", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts, { to: "b" }), hosts.operation());
    expect(state).toMatchObject({ runningOn: "b", guestName: "one", moved: true });
    expect(hosts.guestsOn("b")).toEqual(["one"]);
    expect(hosts.moves).toEqual([
      `a: virsh migrate --live --p2p --persistent --undefinesource --verbose ${one.uuid} qemu+ssh://b/system`,
    ]);
    expect(hosts.said[0]).toBe(
      `virsh list --all: one (${one.uuid}) running on a; no ${one.uuid} on b; no ${one.uuid} on c`,
    );
  });

  test("may be given in capitals, and its target left open", async () => {
    const hosts = three();
    const open = inputs(hosts, { guest: one.uuid.toUpperCase(), options: { newName: "mail" } });
    const { state } = await migration.create(open, hosts.operation());
    expect(state).toMatchObject({ runningOn: "c", guestName: "mail", origin: "a" });
    expect(hosts.guestsOn("c")).toEqual(["mail"]);
  });

  test("goes where its new name is free, when its target is left open", async () => {
    const hosts = three();
    hosts.at("c").guests.set("mail", guest(2, 10, "shut off"));
    const { state } = await migration.create(
      inputs(hosts, { options: { newName: "mail" } }),
      hosts.operation(),
    );
    expect(state.runningOn).toBe("b");
  });
});

describe("a new name on the way", () => {
  test("may be any that libvirt allows", async () => {
    const hosts = three();
    const options = { newName: "测试 机; $(id)" };
    const { state } = await migration.create(inputs(hosts, { to: "b", options }), hosts.operation());
    expect(state.command).toContain(" --dname '测试 机; $(id)' --verbose ");
    expect(hosts.guestsOn("b")).toEqual([options.newName]);
    const back = await migration.update(inputs(hosts, { to: "a" }), state, hosts.operation());
    expect(back).toMatchObject({ runningOn: "a", guestName: options.newName });
  });

  test("is in the command, in the state and in a proof; the same again is no change", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts, renamed), hosts.operation());
    expect(state).toMatchObject({ runningOn: "b", guestName: "mail" });
    expect(hosts.guestsOn("a")).toEqual([]);
    expect(hosts.moves[0]).toContain(` --dname mail --verbose ${one.uuid} qemu+ssh://b/system`);
    expect(state.proofs).toContainEqual({ name: "new-name", verdict: "proved", facts: "mail on b" });
    expect(state.proofs.filter(({ verdict }) => verdict === "failed")).toEqual([]);
    expect([...migration.diff(inputs(hosts, renamed), inputs(hosts, renamed), state).keys()]).toEqual([]);
    const again = await migration.update(inputs(hosts, renamed), state, hosts.operation());
    expect(again).toMatchObject({ moved: false, guestName: "mail", runningOn: "b" });
    expect(hosts.moves).toHaveLength(1);
  });

  test("does not hide the guest from a refresh, nor from those who move it on and back", async () => {
    const hosts = three();
    const { state } = await migration.create(inputs(hosts, renamed), hosts.operation());
    hosts.at("b").guests.delete("mail");
    hosts.at("c").guests.set("post", one);
    const read = await migration.read(inputs(hosts, renamed), state, hosts.operation());
    expect(read).toMatchObject({ state: { runningOn: "c", guestName: "post" }, found: { to: "c" } });
    const back = inputs(hosts, { to: "a", options: { newName: "one-again" } });
    const next = await migration.update(back, read?.state ?? state, hosts.operation());
    expect(next).toMatchObject({ runningOn: "a", from: "c", guestName: "one-again" });
    const kept = await migration.update(inputs(hosts, { to: "b" }), next, hosts.operation());
    expect(kept).toMatchObject({ runningOn: "b", guestName: "one-again" });
    await migration.delete(inputs(hosts, { onDelete: "return" }), kept, hosts.operation());
    expect(hosts.guestsOn("a")).toEqual(["one-again"]);
  });

  test("is looked for on the target before", async () => {
    const hosts = three();
    hosts.at("b").guests.set("mail", guest(2, 10, "shut off"));
    await expect(migration.create(inputs(hosts, renamed), hosts.operation())).rejects.toMatchObject({
      facts: { code: "KVM-602", found: `mail (UUID ${guest(2, 10).uuid})` },
    });
    expect(hosts.moves).toEqual([]);
  });

  test("is refused for a guest that is known by its name, with the reason and the way out", () => {
    const hosts = three();
    expect(problems(hosts, { ...renamed, guest: "one" })).toEqual([
      "options.newName: no new name for a guest that is given by its name, because under another it would be lost: give its UUID as guest (virsh domuuid one)",
    ]);
    expect(problems(hosts, renamed)).toEqual([]);
  });

  test.each(["", "a/b", "a\nb", one.uuid])("cannot be %j", (newName) => {
    expect(problems(three(), { to: "b", options: { newName } })).toHaveLength(1);
  });
});
