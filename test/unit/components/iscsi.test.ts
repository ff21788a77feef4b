import { describe, expect, it } from "vitest";
import { serialOf } from "../../../components/storage/iscsi";
import { record } from "./recorded-lab";
import type { RecordedProgram } from "./recorded-program";

const waitsFor = (program: RecordedProgram, name: string) => program.waitsFor(program.find("Command", name));

describe("a lab with iSCSI", () => {
  it("offers a LUN to the hosts, each by a secret of its own, which nobody may read in the state", async () => {
    const program = await record({ storage: "iscsi" });
    const { inputs, secrets } = program.find("Command", "iscsi-target");
    const name = "iqn.2026-11.test.kvm-migration-lab";
    expect(inputs.stdin).toContain(`${name}:source source 'SECRET iscsi-target-chap-source'`);
    expect(inputs.stdin).toContain(`${name}:target target 'SECRET iscsi-target-chap-target'`);
    expect(inputs.stdin).toContain(`/migration 67108864 1 guest 0 ${serialOf("guest")}`);
    expect(secrets).toContain("stdin");
    expect(program.find("Command", "kvm-target").secrets).toContain("stdin");
    expect(program.find("Command", "kvm-target").inputs.stdin).not.toContain("chap-source");
  });

  it("has a LUN for each guest, of a number that stays when another guest is added", async () => {
    const program = await record({ storage: "iscsi", guests: [{ name: "guest" }, { name: "web" }] });
    expect(program.find("Command", "iscsi-target").inputs.stdin).toContain(
      `2 guest 0 ${serialOf("guest")} web 1 ${serialOf("web")}`,
    );
    expect(program.find("Command", "kvm-target").inputs.stdin).toMatch(/-lun-0 \S+-lun-1$/m);
    expect(program.find("Guest", "guest-web").inputs.definition).toContain('-lun-1"/>');
  });

  it("has no share, and logs in when the LUN is offered", async () => {
    const program = await record({ storage: "iscsi" });
    const names = program.all("Command").map(({ name }) => name);
    expect(names).not.toContain("nfs-share");
    expect(names).not.toContain("guest-on-share");
    expect(waitsFor(program, "kvm-source")).toContain("Command iscsi-target");
  });

  it("starts the guest on its LUN when the first host is ready, and moves it when the others have its kernel", async () => {
    const program = await record({ storage: "iscsi" });
    const guest = program.find("Guest", "guest");
    expect(guest.inputs.definition).toMatch(
      /<disk type="block"[\s\S]*type="raw" cache="none"[\s\S]*<source dev="\/dev\/disk\/by-path\/ip-10\.77\.0\.2:3260-iscsi-[^"]*-lun-0"\/>/,
    );
    const before = program.waitsFor(guest);
    expect(before).toEqual(
      expect.arrayContaining([
        "Command guest-on-lun",
        "Command guest-boot-files-source",
        "Command kvm-source",
      ]),
    );
    expect(before).not.toContain("Command guest-boot-files-target");
    expect(program.waitsFor(program.find("Migration", "migration"))).toContain(
      "Command guest-boot-files-target",
    );
  });
});

describe("a LUN's serial number", () => {
  it("is a UUID, and no two guests share the digits that the kernel takes of it", () => {
    expect(serialOf("guest")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    const digits = Array.from({ length: 100 }, (_, index) =>
      serialOf(`guest${index}`).replaceAll("-", "").slice(0, 25),
    );
    expect(new Set(digits).size).toBe(100);
  });
});
