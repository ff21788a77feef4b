import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { noRoom } from "../../../../provider/migrate/no-room";
import {
  type Candidate,
  type GuestToPlace,
  type PlanLimits,
  planTargets,
  roomKiB,
} from "../../../../provider/migrate/plan-targets";

const guest = (name: string, neededKiB: number, hugePages = false): GuestToPlace => ({
  name,
  uuid: `uuid-of-${name}`,
  need: { hugePages, neededKiB },
});
const host = (name: string, availableKiB: number, taken: string[] = [], hugePagesFreeKiB = 0): Candidate => ({
  host: name,
  memory: { availableKiB, hugePagesFreeKiB },
  taken: new Map(taken.map((name) => [`uuid-of-${name}`, `another ${name}`])),
});
const limits: PlanLimits = { reserveKiB: 100, overcommit: false };

const names = ["a", "b", "c", "d", "e", "f"];
const guests = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 900 }), fc.boolean())
    .map(([name, neededKiB, hugePages]) => guest(name, neededKiB, hugePages)),
  { selector: ({ name }) => name },
);
const hosts = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom("x", "y", "z"),
      free: fc.integer({ min: 0, max: 2000 }),
      huge: fc.integer({ min: 0, max: 1000 }),
      taken: fc.subarray(names),
    })
    .map(({ name, free, huge, taken }) => host(name, free, taken, huge)),
  { selector: (candidate) => candidate.host, maxLength: 3 },
);

/** What the guests sent to a host need there of one kind of memory. */
function sentTo(
  targets: ReadonlyMap<string, string>,
  all: readonly GuestToPlace[],
  to: string,
  hugePages: boolean,
) {
  const there = all.filter(({ uuid, need }) => targets.get(uuid) === to && need.hugePages === hugePages);
  return there.reduce((sum, { need }) => sum + need.neededKiB, 0);
}

describe("whatever the guests and hosts are", () => {
  test("each guest has one host or none, and no host is fuller than it may be", () => {
    fc.assert(
      fc.property(guests, hosts, (all, candidates) => {
        const { targets, unplaced } = planTargets(all, candidates, limits);
        const placed = [...targets.keys(), ...unplaced.map(({ uuid }) => uuid)];
        expect(placed.sort()).toEqual(all.map(({ uuid }) => uuid).sort());
        for (const { host: to, memory } of candidates) {
          const ordinary = sentTo(targets, all, to, false);
          if (ordinary > 0) expect(ordinary).toBeLessThanOrEqual(memory.availableKiB - limits.reserveKiB);
          expect(sentTo(targets, all, to, true)).toBeLessThanOrEqual(memory.hugePagesFreeKiB);
        }
      }),
    );
  });

  test("nobody goes where the name is taken", () => {
    fc.assert(
      fc.property(guests, hosts, fc.boolean(), (all, candidates, overcommit) => {
        for (const [uuid, to] of planTargets(all, candidates, { ...limits, overcommit }).targets)
          expect(candidates.find((candidate) => candidate.host === to)?.taken.has(uuid)).toBe(false);
      }),
    );
  });

  test("who is left without a host fits into nothing that is left", () => {
    fc.assert(
      fc.property(guests, hosts, (all, candidates) => {
        const { unplaced, left } = planTargets(all, candidates, limits);
        for (const { uuid, need } of unplaced)
          for (const candidate of left)
            expect(candidate.taken.has(uuid) || roomKiB(need, candidate, limits) < need.neededKiB).toBe(true);
      }),
    );
  });

  test("the order in which guests and hosts are told makes no difference", () => {
    fc.assert(
      fc.property(guests, hosts, (all, candidates) => {
        const plan = planTargets(all, candidates, limits);
        const turned = planTargets([...all].reverse(), [...candidates].reverse(), limits);
        expect([...turned.targets]).toEqual([...plan.targets]);
      }),
    );
  });

  test("the first guest is the largest, and has the host with the most free memory", () => {
    fc.assert(
      fc.property(guests, hosts, (all, candidates) => {
        const free = candidates.map((candidate) => ({ ...candidate, taken: new Map<string, string>() }));
        const ordinary = all.filter(({ need }) => !need.hugePages);
        const [first] = planTargets(ordinary, free, { ...limits, overcommit: true }).targets;
        if (first === undefined) return;
        const most = Math.max(...free.map(({ memory }) => memory.availableKiB));
        expect(free.find((candidate) => candidate.host === first[1])?.memory.availableKiB).toBe(most);
        const largest = Math.max(...ordinary.map(({ need }) => need.neededKiB));
        expect(ordinary.find(({ uuid }) => uuid === first[0])?.need.neededKiB).toBe(largest);
      }),
    );
  });

  test("who waives the memory has a host for every guest whose name is free somewhere", () => {
    fc.assert(
      fc.property(guests, hosts, (all, candidates) => {
        for (const { uuid } of planTargets(all, candidates, { ...limits, overcommit: true }).unplaced)
          expect(candidates.every(({ taken }) => taken.has(uuid))).toBe(true);
      }),
    );
  });
});

test("guests are spread over the hosts by what is left after the ones before them", () => {
  const all = [guest("small", 100), guest("large", 500), guest("middle", 300)];
  const { targets } = planTargets(all, [host("x", 700), host("y", 650)], limits);
  expect([...targets]).toEqual([
    ["uuid-of-large", "x"],
    ["uuid-of-middle", "y"],
    ["uuid-of-small", "y"],
  ]);
});

test("a guest that is under way goes on to where it goes, before all others", () => {
  const all = [guest("large", 500), { ...guest("small", 100), underWayTo: "y" }];
  const { targets } = planTargets(all, [host("x", 700), host("y", 650)], limits);
  expect([...targets]).toEqual([
    ["uuid-of-small", "y"],
    ["uuid-of-large", "x"],
  ]);
  const full = planTargets([{ ...guest("late", 900), underWayTo: "y" }], [host("y", 10)], limits);
  expect([...full.targets]).toEqual([["uuid-of-late", "y"]]);
});

test("two guests of one name never go to the same host", () => {
  const other = { ...guest("web", 100), uuid: "uuid-of-another-web" };
  const { targets } = planTargets([guest("web", 100), other], [host("x", 700), host("y", 300)], limits);
  expect([...targets.values()].sort()).toEqual(["x", "y"]);
  const one = planTargets([guest("web", 100), other], [host("x", 700)], limits);
  expect(one.unplaced.map(({ uuid }) => uuid)).toHaveLength(1);
});

test("guests that must be apart never share a host, and the one that finds none is told why", () => {
  const apart = (name: string, ...others: string[]) => ({
    ...guest(name, 100),
    apartFrom: new Set(others.map((other) => `uuid-of-${other}`)),
  });
  fc.assert(
    fc.property(hosts, fc.boolean(), (candidates, overcommit) => {
      const all = [apart("a", "b", "c"), apart("b", "a", "c"), apart("c", "a", "b"), guest("d", 100)];
      const { targets } = planTargets(all, candidates, { ...limits, overcommit });
      const theirs = ["a", "b", "c"].flatMap((name) => targets.get(`uuid-of-${name}`) ?? []);
      expect(new Set(theirs).size).toBe(theirs.length);
    }),
  );
  const plan = planTargets([apart("a", "b"), apart("b", "a")], [host("x", 700)], limits);
  expect([...plan.targets]).toEqual([["uuid-of-a", "x"]]);
  expect(noRoom(plan, limits).facts.found).toContain(
    "x has 0.4 MiB for them, and a, which b must be apart from",
  );
});

test("guests that must be together go to one host that has room for all of them, or stay", () => {
  const friends = (name: string, neededKiB: number, ...others: string[]) => ({
    ...guest(name, neededKiB),
    togetherWith: new Set(others.map((other) => `uuid-of-${other}`)),
  });
  // a and c know each other by b only.
  const sizes = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(hosts, sizes, sizes, sizes, (candidates, one, other, third) => {
      const all = [
        friends("a", one, "b"),
        friends("b", other, "a", "c"),
        friends("c", third, "b"),
        guest("d", 100),
      ];
      const { targets, unplaced } = planTargets(all, candidates, limits);
      const theirs = ["a", "b", "c"].map((name) => targets.get(`uuid-of-${name}`));
      expect(new Set(theirs).size).toBe(1);
      const room = (to: Candidate) => to.memory.availableKiB - limits.reserveKiB;
      const free = candidates.filter(({ taken }) =>
        ["a", "b", "c"].every((name) => !taken.has(`uuid-of-${name}`)),
      );
      // They are the largest: nothing was taken from a host before them.
      if (one + other + third > 100 && unplaced.some(({ name }) => name === "a"))
        expect(free.every((to) => room(to) < one + other + third)).toBe(true);
    }),
  );
  const plan = planTargets([friends("a", 300, "b"), friends("b", 400, "a")], [host("x", 700)], limits);
  expect(plan.unplaced).toHaveLength(2);
  expect(noRoom(plan, limits).facts.found).toMatch(/^b and a, which must be together, need 0\.6 MiB; x has /);
});

test("guests that must be together and apart stay, and are told why", () => {
  const both = (name: string, other: string) => {
    const others = new Set([`uuid-of-${other}`]);
    return { ...guest(name, 10), togetherWith: others, apartFrom: others };
  };
  const plan = planTargets([both("a", "b"), both("b", "a")], [host("x", 700)], limits);
  expect(plan.unplaced).toHaveLength(2);
  expect(noRoom(plan, limits).facts.found).toContain("two of them must also be apart");
});

test("what fits nowhere is told with what each needs and each host has", () => {
  const all = [guest("a", 400 * 1024), guest("b", 90 * 1024), guest("huge", 8 * 1024, true)];
  const candidates = [host("x", 300 * 1024), host("y", 500 * 1024, ["a"]), host("z", 0, [], 4 * 1024)];
  const reserve = { reserveKiB: 64 * 1024, overcommit: false };
  const error = noRoom(planTargets(all, candidates, reserve), reserve);
  expect(error).toBeInstanceOf(ProviderError);
  expect(error.facts).toMatchObject({
    code: "KVM-617",
    host: "x, y, z",
    expected: "room for a, huge on a host that keeps 64 MiB for itself",
    found:
      "a needs 400 MiB, huge needs 8 MiB in huge pages; x has 0 MiB in huge pages and 236 MiB for them; " +
      "y has 0 MiB in huge pages and 346 MiB for them, and another a; z has 4 MiB in huge pages and 0 MiB for them",
  });
});
