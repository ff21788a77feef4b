import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseBlocks } from "../../../../provider/preflight/facts/block-devices";
import { parseGuestDefinition } from "../../../../provider/preflight/facts/guest-definition";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { recorded } from "../recording";
import { codes, facts, guestOnSource, host } from "./sample-facts";
import * as texts from "./sample-texts";

const read = (...path: readonly string[]) => readFileSync(join(__dirname, "../../..", ...path), "utf8");
const golden = (file: string) => read("golden/guest", file);
const shownBy = (libvirt: string) =>
  recorded(libvirt, "leaving").get("virsh dumpxml 4b564d4c-6162-4000-8000-000000000050") ?? "";
const blockDevice = "/dev/disk/by-path/ip-10.77.0.2:3260-lun-0";

/** The project's own guest: as its template makes it, with either disk, and as two libvirts show it while it runs. */
const guests = {
  "emulated, by its template": golden("domain.xml"),
  "under KVM, by its template": golden("domain-kvm.xml"),
  "on a block device": golden("domain.xml").replace(/ *<disk[\s\S]*<\/disk>\n/, golden("disk-block.xml")),
  "running, by libvirt 9.0": shownBy("libvirt-9.0"),
  "running, by libvirt 11.3": shownBy("libvirt-11.3"),
};

/** Between hosts that have all that it is made for. */
function moveOf(definition: string): Partial<MoveFacts> {
  const capable = (name: "source" | "target") =>
    host(name, { capabilities: texts.capabilities(["qemu", "kvm"], name) });
  const blocks = parseBlocks(`path ${blockDevice}\nsectors 131072\nreadonly 0\nleaf naa.6001405\n`);
  const { source, target } = facts().storage;
  return {
    onSource: guestOnSource({ definition, xml: definition }),
    source: capable("source"),
    target: capable("target"),
    storage: { source: { ...source, blocks }, target: { ...target, blocks } },
    cpuComparison: { compatible: true, missing: [], words: "ok" },
  };
}

test.each(Object.entries(guests))("the project's own guest, %s, is let go by every rule", (_, definition) => {
  expect(parseGuestDefinition(definition)?.unknown).toEqual([]);
  expect(codes(moveOf(definition))).toEqual([]);
});

test("of the block device's guest it is the device that is looked at", () => {
  const without = moveOf(guests["on a block device"]);
  expect(codes({ ...without, storage: facts().storage })).toContain("KVM-621");
});
