import { expect, it } from "vitest";
import { hostAfter } from "../../../cli/access";
import { refuseTooMuchMemory } from "../../../cli/refuse-early";
import { checkSettings } from "../../../stacks/settings";

it("the guest goes round by its hosts' order", () => {
  const hosts = ["source", "target", "third"].map((name) => ({ name }));
  expect(hosts.map(({ name }) => hostAfter(name, hosts))).toEqual(["target", "third", "source"]);
  expect(hostAfter("nowhere", hosts)).toBe("source");
});

it("servers with more memory than the machine are refused with the sum", () => {
  const settings = checkSettings({ hosts: ["source", "target", "third"], hostMemoryMiB: 2048 });
  const machine = (mebibytes: number) => () => refuseTooMuchMemory(settings, mebibytes * 1024 ** 2);
  expect(machine(6528)).not.toThrow();
  expect(machine(6527)).toThrow(
    /KVM-927[\s\S]*nfs 384 \+ source 2048 \+ target 2048 \+ third 2048 = 6528 MiB; this machine has 6527 MiB/,
  );
});
