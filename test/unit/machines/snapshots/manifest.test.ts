import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { manifestText, ownBytes, parseManifest } from "../../../../machines/snapshots/manifest";
import { sampleManifest } from "./sample-save";

const text = manifestText(sampleManifest);
/** With a seal that is right for what it says. */
const saying = (change: object) => manifestText({ ...sampleManifest, ...change });

describe("a snapshot's manifest", () => {
  test("is read as it was written", () => {
    expect(parseManifest(text)).toEqual({ kind: "manifest", manifest: sampleManifest });
  });

  test("cut off anywhere it is damaged", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 3 }), (end) => {
        expect(parseManifest(text.slice(0, end)).kind).toBe("damaged");
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ["another stack", '"stack": "dev"', '"stack": "classroom"'],
    ["another checksum", "b".repeat(64), "c".repeat(64)],
    ["another size", '"bytes": 1000', '"bytes": 1001'],
    ["another processor", '"processor": "A"', '"processor": "B"'],
  ])("with %s written into it, it is damaged", (_what, from, to) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(parseManifest(changed)).toEqual({ kind: "damaged" });
  });

  test("of another form it says which", () => {
    expect(parseManifest(saying({ format: 7 }))).toEqual({ kind: "other format", format: "7" });
  });

  test("of a lab that an older ./lab saved is read as one of today", () => {
    const { kind: _unknown, ...older } = sampleManifest;
    const { seal } = JSON.parse(manifestText({ ...older, format: 1 } as never));
    const text = JSON.stringify({ seal, manifest: { ...older, format: 1 } });
    expect(parseManifest(text)).toEqual({ kind: "manifest", manifest: sampleManifest });
    expect(parseManifest(text.replace('"pausedMs":4000', '"pausedMs":1'))).toEqual({ kind: "damaged" });
  });

  test("of a kind that is none is damaged, and so is a lab's without its stack", () => {
    expect(parseManifest(saying({ kind: "disk" })).kind).toBe("damaged");
    expect(parseManifest(saying({ stack: undefined })).kind).toBe("damaged");
  });

  test.each([
    ["above the save", "../../etc/shadow"],
    ["from the root", "/etc/shadow"],
    ["by a detour", "memory/../../x"],
  ])("a file %s is none of it", (_what, path) => {
    const files = [{ path, bytes: 1, sha256: "a".repeat(64) }];
    expect(parseManifest(saying({ files })).kind).toBe("damaged");
  });

  test("links are libvirt's own alone", () => {
    const files = [{ path: "hypervisor/etc", link: "/etc" }];
    expect(parseManifest(saying({ files })).kind).toBe("damaged");
  });

  test("a stack is a name, and no path", () => {
    expect(parseManifest(saying({ stack: "../dev" })).kind).toBe("damaged");
  });

  test("its size is without what it shares with the cache", () => {
    expect(ownBytes(sampleManifest)).toBe(1000);
  });
});
