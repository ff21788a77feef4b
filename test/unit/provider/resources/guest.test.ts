import { describe, expect, test } from "vitest";
import { guest } from "../../../../provider/resources/guest";
import { guestInputs } from "../../../../provider/resources/inputs";
import { SimulatedHosts, guest as simulated } from "../../../simulator/simulated-hosts";

const one = simulated(1, 100);
const another = simulated(2, 100);
const definition = `<domain><name>one</name><uuid>${one.uuid}</uuid></domain>`;

const inputsFor = (hosts: SimulatedHosts) =>
  guestInputs.parse({
    ...guest.defaults,
    name: "one",
    definition,
    startOn: "a",
    hosts: hosts.connections,
  });
const known = { uuid: one.uuid, runningOn: "a", state: "running", takenOver: false, xml: definition };

function refreshed(hosts: SimulatedHosts) {
  return guest.read(inputsFor(hosts), known, hosts.operation());
}

describe("a refresh of a guest", () => {
  test("finds it wherever it runs, and keeps its definition", async () => {
    const hosts = new SimulatedHosts().host("a", 900).host("b", 300, { one });
    const read = await refreshed(hosts);
    expect(read).toMatchObject({ state: { runningOn: "b", uuid: one.uuid, takenOver: false }, found: {} });
    expect(read?.state.xml).toContain(`<uuid>${one.uuid}</uuid>`);
  });

  test("says that it is gone, so that it is made again", async () => {
    expect(await refreshed(new SimulatedHosts().host("a", 900).host("b", 300))).toBeUndefined();
  });

  test("knows it by its UUID, whatever it is called by now", async () => {
    const hosts = new SimulatedHosts().host("a", 900).host("b", 300, { mail: one });
    expect(await refreshed(hosts)).toMatchObject({ state: { runningOn: "b", state: "running" } });
  });

  test("takes no other guest of its name for it, and says which that is", async () => {
    const hosts = new SimulatedHosts().host("a", 900).host("b", 300, { one: another });
    expect(await refreshed(hosts)).toBeUndefined();
    const both = new SimulatedHosts().host("a", 900, { mail: one }).host("b", 300, { one: another });
    expect(await refreshed(both)).toMatchObject({ state: { runningOn: "a" } });
  });

  test("keeps what was known while a host is silent, and says so", async () => {
    const hosts = new SimulatedHosts().host("a", 900, { one }).host("b", 300);
    hosts.silence("a");
    expect(await refreshed(hosts)).toEqual({ state: known, found: {} });
    expect(hosts.said).toEqual(["no one on b; a does not answer: what was known of one stands"]);
  });

  test("finds it on a host that answers, whichever is silent", async () => {
    const hosts = new SimulatedHosts().host("a", 900).host("b", 300, { one });
    hosts.silence("a");
    expect(await refreshed(hosts)).toMatchObject({ state: { runningOn: "b" } });
  });

  test("does not go on where two hosts run it", async () => {
    const hosts = new SimulatedHosts().host("a", 900, { one }).host("b", 300, { one });
    await expect(refreshed(hosts)).rejects.toMatchObject({ facts: { code: "KVM-603" } });
  });

  test("leaves a guest that is shut off to be started by the next up", async () => {
    const off = { ...one, state: "shut off" };
    const read = await refreshed(new SimulatedHosts().host("a", 900).host("b", 300, { one: off }));
    expect(read?.state).toMatchObject({ runningOn: "", state: "shut off" });
    const inputs = inputsFor(new SimulatedHosts().host("a", 900));
    expect([...guest.diff(inputs, inputs, read?.state ?? known).keys()]).toEqual(["state"]);
  });
});

describe("a guest that is destroyed", () => {
  const destroyed = (hosts: SimulatedHosts, changed: object = {}) =>
    guest.delete(inputsFor(hosts), { ...known, ...changed }, hosts.operation());

  test("goes from every host that has it, by its UUID; another of its name stays", async () => {
    const off = { ...one, state: "shut off" };
    const hosts = new SimulatedHosts()
      .host("a", 900, { mail: one })
      .host("b", 300, { one: off })
      .host("c", 300, { one: another });
    await destroyed(hosts);
    expect(hosts.guestsOn("a")).toEqual([]);
    expect(hosts.guestsOn("b")).toEqual([]);
    expect(hosts.guestsOn("c")).toEqual(["one"]);
  });

  test("is left where it was there before this program", async () => {
    const hosts = new SimulatedHosts().host("a", 900, { one }).host("b", 300);
    await destroyed(hosts, { takenOver: true });
    expect(hosts.guestsOn("a")).toEqual(["one"]);
    expect(hosts.said.at(-1)).toContain("leaves it as it is");
  });

  test("even where no host answers", async () => {
    const hosts = new SimulatedHosts().host("a", 900, { one });
    hosts.silence("a");
    await destroyed(hosts, { takenOver: true });
    expect(hosts.guestsOn("a")).toEqual(["one"]);
  });

  test("is not forgotten while it may be on a host that does not answer", async () => {
    const hosts = new SimulatedHosts().host("a", 900, { one }).host("b", 300);
    hosts.silence("a");
    await expect(destroyed(hosts)).rejects.toMatchObject({ facts: { code: "KVM-644", host: "a" } });
  });
});
