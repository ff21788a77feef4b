import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classLabs, secondsALab } from "../../../../course/class/class-labs";
import { capacityOf, classPlan, type LabState, type LabToPlan } from "../../../../course/class/class-plan";
import { checkSettings } from "../../../../stacks/settings";

const lab = (state: LabState, memoryMiB = 2432): LabToPlan => ({ state, memoryMiB, seconds: 60 });
const states: LabState[] = ["absent", "off", "broken", "up"];

describe("the labs of a class", () => {
  const students = [
    { id: "2023001", name: "张三" },
    { id: "2023002", name: "李四" },
  ];
  const bare = { name: "experiment", settings: { start: "bare" }, stackValues: { hypervisor: "private" } };
  const rules = { name: "rules", settings: { guestRunsOn: "source" }, stackValues: {} };

  test("are one for each student and exercise, each with values that a stack may have", () => {
    const labs = classLabs({ name: "kvm1", students, differ: true }, [bare, rules]);
    expect(labs.map(({ student, exercise }) => `${student.id} ${exercise}`)).toEqual([
      ...["2023001 experiment", "2023001 rules", "2023002 experiment", "2023002 rules"],
    ]);
    for (const one of labs) {
      const { network, guestName, warmStart } = checkSettings(one.values);
      expect([network, guestName, warmStart]).toEqual([one.network, one.guest, false]);
      expect(one).toMatchObject({ memoryMiB: 384 + 2 * 1024, seconds: secondsALab.booted });
      expect(one.lab).toMatch(/^kvm1-[a-z]{5}$/);
    }
    expect(labs.map(({ values }) => values.start)).toEqual(["bare", "ready", "bare", "ready"]);
    for (const part of ["lab", "network", "guest"] as const)
      expect(new Set(labs.map((one) => one[part])).size).toBe(4);
  });

  test("may all have the same guest and network, and start from one kept memory then", () => {
    const labs = classLabs({ name: "kvm1", students, differ: false }, [bare]);
    expect(new Set(labs.map(({ lab: name }) => name)).size).toBe(2);
    for (const { guest, network, seconds, values } of labs) {
      expect([guest, network, seconds]).toEqual(["guest", "10.77.0.0/24", secondsALab.fromMemory]);
      expect(values).toEqual({ hypervisor: "private", start: "bare" });
    }
  });

  test("of 300 students are planned as those of two", () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ id: `s${index}`, name: `学生${index}` }));
    const labs = classLabs({ name: "kvm1", students: many, differ: true }, [bare]);
    const { turns } = classPlan(
      labs.map((one) => ({ ...one, state: "absent" as const })),
      { memoryMiB: 24_000 },
    );
    expect(turns.filter(({ turn }) => turn === "start")).toHaveLength(9);
    expect(turns.filter(({ turn }) => turn === "queued")).toHaveLength(291);
  });
});

describe("the plan of a class", () => {
  test("brings up what memory carries, in the class's order, and queues the rest", () => {
    const labs = [lab("absent"), lab("up"), lab("absent"), lab("off"), lab("absent")];
    const plan = classPlan(labs, { memoryMiB: 3 * 2432 });
    expect(plan.turns.map(({ turn }) => turn)).toEqual(["start", "up", "start", "queued", "queued"]);
    expect(plan).toMatchObject({ memoryMiB: 3 * 2432, minutes: 2, queuedMinutes: 2 });
  });

  test("runs no more at once than the class says", () => {
    const plan = classPlan([lab("absent"), lab("broken"), lab("absent")], { memoryMiB: 99_999, atOnce: 2 });
    expect(plan.turns.map(({ turn }) => turn)).toEqual(["start", "repair", "queued"]);
  });

  test("does something about those only that are asked for; the others keep what they have", () => {
    const [mine, other] = [lab("absent"), lab("up")];
    const labs = [lab("absent"), other, mine, lab("absent")];
    const plan = classPlan(labs, { memoryMiB: 2 * 2432 }, (one) => one === mine);
    expect(plan.turns).toEqual([{ lab: mine, turn: "start" }]);
    expect(plan.memoryMiB).toBe(2 * 2432);
    expect(classPlan(labs, { memoryMiB: 2432 }, (one) => one === mine).turns[0]?.turn).toBe("queued");
  });

  test("never takes more than it may, and leaves each lab that runs its place", () => {
    const anyLab = fc.record({
      state: fc.constantFrom(...states),
      memoryMiB: fc.integer({ min: 800, max: 5000 }),
      seconds: fc.constant(60),
    });
    const anyCapacity = fc.record({
      memoryMiB: fc.integer({ min: 0, max: 60_000 }),
      atOnce: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(anyLab, { maxLength: 40 }), anyCapacity, (labs, capacity) => {
        const { turns, memoryMiB } = classPlan(labs, capacity);
        const sum = (some: typeof turns) => some.reduce((total, { lab: one }) => total + one.memoryMiB, 0);
        const now = turns.filter(({ turn }) => turn !== "queued");
        const running = turns.filter(({ lab: { state } }) => state === "up" || state === "broken");
        expect(turns.map(({ lab: one }) => one)).toEqual(labs);
        expect(memoryMiB).toBe(sum(now));
        for (const { turn } of running) expect(turn).not.toBe("queued");
        if (now.length > running.length) {
          expect(memoryMiB).toBeLessThanOrEqual(capacity.memoryMiB);
          expect(now.length).toBeLessThanOrEqual(capacity.atOnce ?? 40);
        }
      }),
    );
  });

  test("does nothing the second time when everything came up", () => {
    const again = classPlan([lab("up"), lab("up")], { memoryMiB: 2 * 2432 });
    expect(again.turns.map(({ turn }) => turn)).toEqual(["up", "up"]);
    expect(again.minutes).toBe(0);
  });
});

test("a class may take what is available and what it has already, or what its file says", () => {
  const machine = { totalMiB: 24_000, availableMiB: 10_000 };
  expect(capacityOf({}, machine, [lab("absent"), lab("off")])).toEqual({ memoryMiB: 10_000 });
  expect(capacityOf({}, machine, [lab("up"), lab("broken")])).toEqual({ memoryMiB: 14_864 });
  expect(capacityOf({}, { ...machine, availableMiB: 23_000 }, [lab("up")])).toEqual({ memoryMiB: 24_000 });
  expect(capacityOf({ memoryGiB: 8, atOnce: 2 }, machine, [])).toEqual({ memoryMiB: 8192, atOnce: 2 });
});
