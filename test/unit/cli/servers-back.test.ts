import { describe, expect, test } from "vitest";
import { commandsOn } from "../../../cli/commands-on";
import { describeAway } from "../../../cli/servers-back";

const urn = (type: string, name: string) => `urn:pulumi:dev::kvm-migration-lab::lab$${type}::${name}`;
const domain = (name: string) => urn("libvirt:index/domain:Domain", name);
const volume = (name: string) => urn("libvirt:index/volume:Volume", name);
const resource = (type: string, name: string, dependencies: string[]) => ({
  urn: urn(type, name),
  type,
  dependencies,
});

describe("the scripts that run again on a server that was away", () => {
  const state = JSON.stringify({
    deployment: {
      resources: [
        { urn: urn("pulumi:pulumi:Stack", "dev"), type: "pulumi:pulumi:Stack" },
        resource("libvirt:index/domain:Domain", "source", [volume("source")]),
        resource("command:remote:Command", "kvm-source", [
          domain("source"),
          urn("command:remote:Command", "nfs-share"),
        ]),
        resource("command:remote:Command", "kvm-target", [domain("target")]),
        resource("command:remote:CopyToRemote", "guest-files", [domain("nfs")]),
        resource("command:remote:Command", "nfs-share", [domain("nfs")]),
        resource("kvmlab:index:Guest", "guest", [domain("source"), domain("nfs")]),
      ],
    },
  });
  const names = (servers: string[]) => commandsOn(state, servers).map((found) => found.split("::").at(-1));

  test("are those that depend on its machine, and nothing else that does", () => {
    expect(names(["source"])).toEqual(["kvm-source"]);
    expect(names(["nfs", "target"])).toEqual(["kvm-target", "nfs-share"]);
  });

  test("are none in a stack that has nothing yet", () => {
    expect(commandsOn(JSON.stringify({ deployment: {} }), ["source"])).toEqual([]);
  });
});

test("what had been away is told, each server once", () => {
  expect(describeAway({ off: ["nfs", "source"], paused: [], booted: ["target"] })).toBe(
    "starting what has no power: nfs, source; booted since the last ./lab up: target",
  );
});
