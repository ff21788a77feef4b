import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withGuestWords } from "../../../cli/guest-settings";

function stackFile(text: string) {
  const file = join(mkdtempSync(join(tmpdir(), "guest-settings-")), "Pulumi.x.yaml");
  writeFileSync(file, text);
  return { file };
}

const two = stackFile(
  "config:\n  kvm-migration-lab:guests:\n    - { name: web, runsOn: target }\n    - { name: my-db }\n",
);
const none = stackFile("config: {}\n");

describe("a word about one guest", () => {
  test("changes that guest in the list of the stack's file, and leaves the others and other words", () => {
    const words = { "guests.web.runsOn": "third", "guests.my-db.memoryMiB": "96", measure: "true" };
    expect(withGuestWords(two, words)).toEqual({
      measure: "true",
      guests: [
        { name: "web", runsOn: "third" },
        { name: "my-db", memoryMiB: 96 },
      ],
    });
  });

  test("changes a list that stands on the command line itself", () => {
    const words = { guests: [{ name: "a" }], "guests.a.runsOn": "source" };
    expect(withGuestWords(two, words)).toEqual({ guests: [{ name: "a", runsOn: "source" }] });
  });

  test("is refused where there is no such guest, no such key, or no list", () => {
    expect(() => withGuestWords(two, { "guests.wbe.runsOn": "source" })).toThrow(
      /KVM-908[\s\S]*did you mean web/,
    );
    expect(() => withGuestWords(two, { "guests.web.memory": "96" })).toThrow(/KVM-911[\s\S]*memoryMiB/);
    expect(() => withGuestWords(two, { "guests.web.name": "x" })).toThrow("KVM-911");
    expect(() => withGuestWords(none, { "guests.web.runsOn": "source" })).toThrow(
      /KVM-911[\s\S]*guestRunsOn/,
    );
  });

  test("is needed where each guest of the list has its own place: guestRunsOn would change none", () => {
    const each = { guests: [{ name: "web", runsOn: "target" }], guestRunsOn: "source" };
    expect(() => withGuestWords(two, each)).toThrow(/KVM-911[\s\S]*guests\.web\.runsOn/);
    expect(withGuestWords(two, { guestRunsOn: "source" })).toEqual({ guestRunsOn: "source" });
  });

  test("is none where none is given", () => {
    expect(withGuestWords(none, { guestRunsOn: "source" })).toEqual({ guestRunsOn: "source" });
  });
});
