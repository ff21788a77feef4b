import { describe, expect, test } from "vitest";
import { evaluate } from "../../../../provider/preflight/evaluate";
import { parseBlocks } from "../../../../provider/preflight/facts/block-devices";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { device } from "./sample-changes";
import { codes, facts, found } from "./sample-facts";

const iqn = "iqn.2026-11.test.kvm-migration-lab:migration";
const path = `/dev/disk/by-path/ip-10.77.0.2:3260-iscsi-${iqn}-lun-0`;
const wwid = "naa.60014059f2c1d1a3b5e47b8a0c6d2e1f";
const lun = (id = wwid, more = "") =>
  `path ${path}\nsectors 131072\nreadonly 0\nleaf ${id}\ntarget ${iqn}\nsession LOGGED_IN\n${more}`;
const absent = (more: string) => `path ${path}\nwants ${iqn} 10.77.0.2:3260\n${more}`;
const onLun = (driver = "cache='none'") =>
  device(
    `<disk type='block' device='disk'><driver name='qemu' type='raw' ${driver}/><source dev='${path}'/><target dev='vdb'/></disk>`,
  );

/** The guest of the other samples with a second disk on a LUN, as both hosts see that. */
function seen(source: string, target: string, driver?: string): Partial<MoveFacts> {
  const { storage } = facts();
  return {
    ...onLun(driver),
    storage: {
      source: { ...storage.source, blocks: parseBlocks(source) },
      target: { ...storage.target, blocks: parseBlocks(target) },
    },
  };
}
const fixOf = (changed: Partial<MoveFacts>) =>
  evaluate(facts(changed)).evaluations.find(({ code }) => code === "KVM-621")?.fix ?? "";

describe("a block device of the guest's", () => {
  test("that is one LUN on both hosts moves, and its wwid and size are told", () => {
    expect(codes(seen(lun(), lun()))).toEqual([]);
    expect(found("KVM-621", seen(lun(), lun()))).toContain(`${wwid} (64 MiB) on both hosts`);
  });

  test("that is another LUN under the same name is refused, with both wwids", () => {
    const other = seen(lun(), lun("naa.60014050badc0de0bad4bad8bad0badc"));
    expect(codes(other)).toEqual(["KVM-621"]);
    expect(found("KVM-621", other)).toContain(
      `${wwid} (64 MiB) on source, and naa.60014050badc0de0bad4bad8bad0badc`,
    );
    expect(fixOf(other)).toContain(`targetcli ls /iscsi/${iqn}`);
  });

  test("of another size is refused", () => {
    expect(codes(seen(lun(), lun().replace("131072", "65536")))).toEqual(["KVM-621"]);
  });

  test("without a wwid is refused: each host may have one of its own by that name", () => {
    const local = "path /dev/vg0/web1\nsectors 131072\nreadonly 0\nleaf \ndm LVM-samesamesame\n".replace(
      "/dev/vg0/web1",
      path,
    );
    expect(codes(seen(local, local))).toEqual(["KVM-621"]);
    expect(found("KVM-621", seen(local, local))).toContain("has no wwid on source");
  });

  test.each([
    ["LVM on one LUN", `${lun()}dm LVM-a\n`, `${lun()}dm LVM-a\n`, []],
    ["LVM of one name on two LUNs", `${lun()}dm LVM-a\n`, `${lun("naa.2")}dm LVM-a\n`, ["KVM-621"]],
    ["two volumes of one group", `${lun()}dm LVM-a\n`, `${lun()}dm LVM-b\n`, ["KVM-621"]],
    ["two partitions of one LUN", `${lun()}start 2048\n`, `${lun()}start 4096\n`, ["KVM-621"]],
  ])("made of others: %s", (_what, source, target, expected) => {
    expect(codes(seen(source, target))).toEqual(expected);
  });

  test.each([
    ["the portal does not answer", "portal silent\nrecord there\n", "does not answer it", "ss -ltn"],
    [
      "logged out",
      "portal answers\nrecord there\n",
      "is not logged in",
      `iscsiadm -m node -T ${iqn} --login`,
    ],
    ["not tried", "record there\n", "it was not tried whether 10.77.0.2:3260 answers", "--login"],
    ["never known", "portal answers\n", "is not logged in", "sendtargets -p 10.77.0.2:3260"],
    [
      "a wrong CHAP secret",
      `portal answers\nrecord there\nrefused session 3 login rejected: Initiator failed authentication with target\n`,
      "refused its CHAP name or secret",
      "node.session.auth.password",
    ],
    ["a LUN that is not given", "session LOGGED_IN\nportal answers\n", "offers it no such LUN", "--rescan"],
  ])("that target lacks: %s", (_what, more, expected, fix) => {
    const changed = seen(lun(), absent(more));
    expect(codes(changed)).toEqual(["KVM-621"]);
    expect(found("KVM-621", changed)).toContain(expected);
    expect(fixOf(changed)).toContain(fix);
  });

  test("whose session has failed is refused", () => {
    const failed = seen(lun(), lun().replace("LOGGED_IN", "FAILED"));
    expect(codes(failed)).toEqual(["KVM-621"]);
    expect(found("KVM-621", failed)).toContain("is FAILED");
  });

  test("that target may only read is refused", () => {
    expect(codes(seen(lun(), lun().replace("readonly 0", "readonly 1")))).toEqual(["KVM-639"]);
  });

  test("may have the default cache where QEMU drops it, as libvirt has it; not an unsafe one", () => {
    expect(codes(seen(lun(), lun(), ""))).toEqual([]);
    expect(codes(seen(lun(), lun(), "cache='unsafe'"))).toEqual(["KVM-622"]);
  });
});

test("what was told of several devices is kept apart", () => {
  const told = parseBlocks(`${lun()}path /dev/sdz\n`);
  expect([...told.keys()]).toEqual([path, "/dev/sdz"]);
  expect(told.get(path)).toEqual({
    exists: true,
    sectors: 131_072,
    readonly: false,
    identity: wwid,
    iscsi: {
      target: iqn,
      portal: undefined,
      session: "LOGGED_IN",
      portalAnswers: undefined,
      known: false,
      refusal: undefined,
    },
  });
  expect(told.get("/dev/sdz")).toMatchObject({ exists: false, identity: undefined, iscsi: undefined });
});
