import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCompletedJob } from "../../../provider/host/job-text";
import { parseDomains } from "../../../provider/host/virsh-text";
import { parseCapabilities } from "../../../provider/preflight/facts/capabilities";
import { parseGuestDefinition } from "../../../provider/preflight/facts/guest-definition";
import { parseHostFacts } from "../../../provider/preflight/facts/host-facts";

/** What virsh said on the two hosts of a lab of two releases: of the same guest, before its move from one to the other and after it. */
const hosts = [
  { recorded: "libvirt-9.0", libvirt: [9, 0, 0], qemu: [7, 2], newest: "pc-q35-7.2" },
  { recorded: "libvirt-11.3", libvirt: [11, 3, 0], qemu: [10, 0], newest: "pc-q35-10.0" },
];
const text = (...path: readonly string[]) => readFileSync(join(__dirname, "recorded", ...path), "utf8");

describe.each(hosts)("what $recorded says", ({ recorded, libvirt, qemu, newest }) => {
  test("of itself is read", () => {
    const sections = new Map([["version", text(recorded, "version.txt")]]);
    const facts = parseHostFacts("here", "there", sections, undefined);
    expect(facts.hypervisor).toBe("QEMU");
    expect(facts.libvirtVersion).toEqual(libvirt);
    expect(facts.hypervisorVersion?.slice(0, 2)).toEqual(qemu);
  });

  test("that it can run is read, each machine type by all its names", () => {
    const { arch, guestTypes } = parseCapabilities(text(recorded, "capabilities.xml"));
    expect(arch).toBe("x86_64");
    const own = guestTypes.find((type) => type.arch === "x86_64");
    expect(own?.domainTypes).toEqual(expect.arrayContaining(["qemu", "kvm"]));
    for (const machine of ["q35", "pc-q35-7.2", newest]) expect(own?.machines).toContain(machine);
    expect(own?.machines.has("pc-q35-10.0")).toBe(newest === "pc-q35-10.0");
  });

  test("of the guest is read, and is the same on both", () => {
    const definition = parseGuestDefinition(text(recorded, "guest.xml"));
    expect(definition).toMatchObject({ type: "kvm", arch: "x86_64", machine: "pc-q35-7.2" });
    expect(definition).toEqual(parseGuestDefinition(text("libvirt-9.0", "guest.xml")));
    expect(parseDomains(text(recorded, "list.txt"))).toEqual([
      { uuid: "4b564d4c-6162-4000-8000-000000000050", name: "guest" },
    ]);
  });
});

test("a completed job is read as libvirt 11.3 tells it", () => {
  expect(parseCompletedJob(text("libvirt-11.3", "job-completed.txt"))).toMatchObject({
    downtimeMs: 1719,
  });
});
