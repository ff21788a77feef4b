import { describe, expect, test } from "vitest";
import { guest } from "../../../../provider/resources/guest";
import { guestInputs } from "../../../../provider/resources/inputs";
import { ScriptedHosts, guest as scripted } from "../migrate/scripted-hosts";

const one = scripted(1, 100);

function refreshed(hosts: ScriptedHosts) {
  const definition = `<domain><name>one</name><uuid>${one.uuid}</uuid></domain>`;
  const given = { name: "one", definition, startOn: "a", hosts: hosts.connections };
  const inputs = guestInputs.parse({ ...guest.defaults, ...given });
  const state = { uuid: one.uuid, runningOn: "a", state: "running" };
  return guest.read(inputs, state, hosts.operation());
}

describe("a refresh of a guest", () => {
  test("finds it wherever it runs", async () => {
    const hosts = new ScriptedHosts().host("a", 900).host("b", 300, { one });
    expect(await refreshed(hosts)).toMatchObject({ state: { runningOn: "b", uuid: one.uuid } });
  });

  test("says that it is gone, so that it is made again", async () => {
    expect(await refreshed(new ScriptedHosts().host("a", 900).host("b", 300))).toBeUndefined();
  });

  test("does not take one for gone that has another name by now: there would be two on one disk", async () => {
    const hosts = new ScriptedHosts().host("a", 900).host("b", 300, { mail: one });
    await expect(refreshed(hosts)).rejects.toMatchObject({
      facts: { code: "KVM-508", host: "b", found: "it is called mail on b, and is running" },
    });
  });
});
