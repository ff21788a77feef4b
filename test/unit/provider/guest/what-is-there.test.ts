import { describe, expect, test } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { definitionDifferences } from "../../../../provider/guest/definition-differences";
import { isGone, whatWent } from "../../../../provider/guest/remove";
import { whatIsThere } from "../../../../provider/guest/what-is-there";
import type { GuestView } from "../../../../provider/host/guest-view";
import { anotherUuid, on, outgoing, uuid, viewOn } from "../host/sample-views";
import * as texts from "../preflight/sample-texts";

const xml = "<domain/>";
const seen = (name: string, state?: string, reason?: string, more = {}) => ({
  ...on(name, state, reason, more),
  ...(state === undefined ? {} : { xml }),
});

function decided(view: GuestView, ours = false, differences: readonly string[] = []) {
  try {
    return whatIsThere({ name: "guest", ours, home: "a" }, view, () => differences);
  } catch (error) {
    if (error instanceof ProviderError) return error.facts;
    throw error;
  }
}

const half = viewOn([seen("a", "paused", "post-copy failed"), seen("b")]);

describe("what a guest that is to be made meets", () => {
  test.each<[string, GuestView, object]>([
    ["nothing", viewOn([seen("a"), seen("b")]), { action: "make", leftovers: [] }],
    [
      "itself, running",
      viewOn([seen("a"), seen("b", "running")]),
      { action: "take-over", on: "b", whole: true },
    ],
    ["itself, shut off", viewOn([seen("a"), seen("b", "shut off")]), { action: "start", on: "b" }],
    [
      "itself, shut off on both: it starts at home",
      viewOn([seen("b", "shut off"), seen("a", "shut off")]),
      { action: "start", on: "a" },
    ],
    [
      "itself, on its way",
      viewOn([seen("a", "running", "", outgoing), seen("b", "paused", "migrating")]),
      { action: "take-over", on: "a", whole: false },
    ],
    ["two of itself", viewOn([seen("a", "running"), seen("b", "running")]), { code: "KVM-603" }],
    ["a silent host", viewOn([seen("a")], ["b"]), { code: "KVM-644" }],
  ])("%s", (_name, view, expected) => {
    expect(decided(view)).toMatchObject(expected);
    expect(decided(view, true)).toMatchObject(expected);
  });

  test("one whose definition differs is refused with the difference, unless this resource made it; never undefined", () => {
    for (const state of ["running", "paused", "shut off"]) {
      const view = viewOn([seen("a", state)]);
      const facts = decided(view, false, ["memory in KiB: 1 in the program, 2 there"]);
      expect(facts).toMatchObject({
        code: "KVM-509",
        host: "a",
        found: "memory in KiB: 1 in the program, 2 there",
        fix: expect.not.stringContaining("undefine"),
      });
      // What this resource made itself it makes again from its own definition, where nothing of it is active.
      const own =
        state === "shut off" ? { action: "make", leftovers: ["a"] } : { action: "take-over", on: "a" };
      expect(decided(view, true, ["memory"])).toMatchObject(own);
    }
  });

  test("one whose definition libvirt does not give is refused too", () => {
    expect(decided(viewOn([on("a", "running")]))).toMatchObject({ code: "KVM-509" });
  });

  test("somebody else's guest of the name is named by its UUID, and never advised to be destroyed", () => {
    const foreign = [{ host: "b", name: "guest", uuid: anotherUuid, state: "running" }];
    const facts = decided(viewOn([seen("a"), seen("b")], [], foreign), true);
    expect(facts).toMatchObject({ code: "KVM-501", host: "b" });
    expect(JSON.stringify(facts)).toContain(anotherUuid);
    expect(JSON.stringify(facts)).not.toMatch(/destroy|undefine/);
  });

  test("half of a lost post-copy is removed only where this resource made the guest", () => {
    expect(decided(half, true)).toEqual({ action: "remove-half", on: "a" });
    expect(decided(half)).toMatchObject({ code: "KVM-642" });
  });
});

describe("the differences of two definitions", () => {
  const base = texts.definition({});

  test("there are none to itself, nor to one that libvirt has added to", () => {
    expect(definitionDifferences(base, base)).toEqual([]);
    const added = base.replace("</devices>", "<controller type='usb' index='0'/></devices>");
    expect(definitionDifferences(base, added)).toEqual([]);
  });

  test.each([
    ["name", base.replace(/<name>[^<]*/, "<name>mail")],
    ["uuid", base.replaceAll(texts.uuid, uuid.replace("6695", "7777"))],
    ["memory in KiB", base.replace(/(<memory[^>]*>)\d+/, "$19999")],
    ["processors", base.replace(/(<vcpu[^>]*>)\d+/, "$17")],
    ["disks", base.replaceAll(texts.disk, `${texts.disk}.other`)],
    ["networks", base.replaceAll("br0", "br7")],
  ])("%s is one", (what, there) => {
    expect(there).not.toBe(base);
    expect(definitionDifferences(base, there).map((line) => line.split(":")[0])).toEqual([what]);
  });

  test("what cannot be read is no agreement", () => {
    expect(definitionDifferences(base, "no XML")).toEqual(["its definition cannot be read"]);
  });
});

describe("what goes for good with a guest", () => {
  const output = (more = "", snapshots = "", info = "") =>
    `=xml\n<domain>${more}</domain>\n=snapshots\n${snapshots}\n=info\n${info}\n=removed\n=left\n${anotherUuid}\n`;

  test("is told with its definition", () => {
    expect(whatWent("guest", "a", output())).toEqual([
      "removed with guest from a: its definition. The definition was:\n<domain></domain>",
    ]);
    const [line] = whatWent(
      "guest",
      "a",
      output("<nvram template='t'>/nvram/guest.fd</nvram>", "before\nafter\n", "Managed save:   yes"),
    );
    expect(line).toContain(
      "its definition, its managed save, its snapshots before, after, its UEFI variables /nvram/guest.fd.",
    );
  });

  test("is nothing where there was no guest", () => {
    expect(whatWent("guest", "a", "=xml\n=snapshots\n=info\n=removed\n=left\n")).toEqual([]);
  });

  test("a guest is gone when the list at the end is there, and without it", () => {
    expect(isGone(uuid, output())).toBe(true);
    expect(isGone(anotherUuid, output())).toBe(false);
    expect(isGone(uuid, "error: cannot connect")).toBe(false);
  });
});
