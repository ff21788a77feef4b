import { describe, expect, test } from "vitest";
import { disksFree } from "../../../../provider/guest/disks-free";
import type { DomainDisks } from "../../../../provider/host/domain-disks";
import type { GuestView } from "../../../../provider/host/guest-view";

const lun = "/dev/disk/by-path/ip-10.77.0.2:3260-iscsi-iqn.2026-11.test:t-lun-0";
const guest = (more = "") => ({
  name: "guest",
  definition: `<domain type='kvm'><name>guest</name><devices><disk type='block' device='disk'><source dev='${lun}'/><target dev='vda'/>${more}</disk></devices></domain>`,
});

function start(disks: readonly DomainDisks[], more = "") {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const log = { say, status: () => undefined, flush: () => Promise.resolve() };
  const seen = [{ host: "source", list: [], domains: [] }];
  const target = { host: "target", list: [], domains: [{ name: "guest", uuid: "one" }], disks };
  const view: GuestView = { guest: "one", uuid: "one", seen: [...seen, target], silent: [], foreign: [] };
  disksFree(guest(more), "one", view, { log });
  return said;
}

describe("a guest that is to be started", () => {
  test("is refused while another one on any host runs with its disk", () => {
    expect(() => start([{ name: "twin", active: true, paths: [lun] }])).toThrow(
      expect.objectContaining({
        facts: expect.objectContaining({
          code: "KVM-645",
          host: "target",
          found: `twin, running on target, has ${lun} too`,
        }),
      }),
    );
  });

  test("is told of one that is only defined with it", () => {
    expect(start([{ name: "twin", active: false, paths: [lun] }])).toEqual([
      `twin, defined and off on target, has ${lun} too: of the two only one may run`,
    ]);
  });

  test("is not in its own way, nor others that share the disk on purpose", () => {
    expect(start([{ name: "guest", active: false, paths: [lun] }])).toEqual([]);
    expect(start([{ name: "twin", active: true, paths: [lun] }], "<shareable/>")).toEqual([]);
    expect(start([{ name: "twin", active: true, paths: ["/other"] }])).toEqual([]);
  });
});
