import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ownSlots, slotsThereAre } from "../../../../course/class/own-slots";
import { networkOf, wordOf } from "../../../../course/class/slot-names";
import { keys as settings } from "../../../../stacks/schema";

const className = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const keys = (most: number) => fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: most });
const allDiffer = (slots: ReadonlyMap<string, number>) => new Set(slots.values()).size === slots.size;

describe("the slots of a class's labs", () => {
  test("are as many as there are labs, and no two are the same, also where hashes are", () => {
    fc.assert(
      fc.property(className, keys(16), (name, all) => {
        const slots = ownSlots(name, all, new Map(), 16);
        expect([...slots.keys()]).toEqual(all);
        expect(allDiffer(slots)).toBe(true);
        for (const slot of slots.values()) expect(slot >= 0 && slot < 16).toBe(true);
      }),
    );
  });

  test("come from the class and the keys alone", () => {
    fc.assert(
      fc.property(className, keys(50), (name, all) => {
        expect(ownSlots(name, all)).toEqual(ownSlots(name, all));
      }),
    );
    expect(ownSlots("kvm1", ["a"])).not.toEqual(ownSlots("kvm2", ["a"]));
    expect(ownSlots("kvm1", ["2023001 experiment"])).toEqual(new Map([["2023001 experiment", 6911]]));
  });

  test("stay the same whoever comes and goes, and one who left is not followed by another", () => {
    fc.assert(
      fc.property(className, keys(12), keys(12), fc.func(fc.boolean()), (name, before, come, stays) => {
        const kept = ownSlots(name, before, new Map(), 32);
        const now = [...come.filter((key) => !kept.has(key)), ...before.filter((key) => stays(key))];
        const slots = ownSlots(name, now, kept, 32);
        for (const [key, slot] of slots)
          if (kept.has(key)) expect(slot).toBe(kept.get(key));
          else expect([...kept.values()]).not.toContain(slot);
        expect(allDiffer(slots)).toBe(true);
      }),
    );
  });

  test("are refused when there are more labs than slots", () => {
    expect(() => ownSlots("kvm1", ["a", "b", "c"], new Map(), 2)).toThrow("2 labs");
    expect(() =>
      ownSlots(
        "kvm1",
        ["c"],
        new Map([
          ["a", 0],
          ["b", 1],
        ]),
        2,
      ),
    ).toThrow("2 labs");
  });
});

describe("what a slot is called", () => {
  const slot = fc.integer({ min: 0, max: slotsThereAre - 1 });

  test("each has a network that a lab may have, and a word that a guest and a stack may be called by", () => {
    fc.assert(
      fc.property(slot, (one) => {
        expect(settings.network.safeParse(networkOf(one)).success).toBe(true);
        expect(settings.guestName.safeParse(`guest-${wordOf(one)}`).success).toBe(true);
        expect(wordOf(one)).toMatch(/^[a-z]{5}$/);
      }),
    );
  });

  test("no two have the same", () => {
    const all = Array.from({ length: slotsThereAre }, (_, one) => one);
    expect(new Set(all.map(networkOf)).size).toBe(slotsThereAre);
    expect(new Set(all.map(wordOf)).size).toBe(slotsThereAre);
  });
});
