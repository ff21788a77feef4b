import fc from "fast-check";
import type { Happening } from "./happenings";
import { type DrainHistory, existingUuid, type History } from "./history";

const host = fc.nat(3);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant("up" as const), to: host }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("killed" as const), programsToo: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("ctrl-c" as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("virsh dies" as const), at: host }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constantFrom("libvirtd restarts" as const, "libvirtd stops" as const, "qemu dies" as const),
      at: host,
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("host dies" as const), at: host }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("host boots" as const), at: host }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("hosts cut" as const),
      at: host,
      other: host,
      bothWays: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant("deployer cut" as const),
      at: host,
      way: fc.constantFrom("there" as const, "back" as const, "both" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom(
        "network joins" as const,
        "data breaks" as const,
        "job aborted" as const,
        "switched" as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("moved by hand" as const),
      to: host,
      peerToPeer: fc.boolean(),
      postCopy: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom("started by hand" as const, "undefined by hand" as const),
      at: host,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom(
        "destroyed by hand" as const,
        "suspended by hand" as const,
        "resumed by hand" as const,
        "renamed by hand" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("namesake appears" as const), at: host, runs: fc.boolean() }),
  },
);

/** Most things happen in the middle of something else; some long after it. */
const pause = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 5_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 5_000, max: 40_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 40_000, max: 200_000 }) },
);

/** With a drain there is more than one guest, and somebody who empties hosts and brings the guests home. */
const drainHappening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant("drain" as const), at: fc.constantFrom(0, 0, 0, 1) }),
  },
  { weight: 5, arbitrary: fc.record({ what: fc.constant("drain destroyed" as const) }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant("killed" as const), programsToo: fc.boolean() }) },
  { weight: 12, arbitrary: happening },
);

const options = fc.record({
  mode: fc.constantFrom("live", "live", "hybrid", "postCopy", "paused"),
  transport: fc.constantFrom("peer-to-peer", "peer-to-peer", "peer-to-peer", "client"),
});
/** Some copies take longer than the shorter one, and hardly any again and again. */
const timeoutSeconds = fc.constantFrom(28, 600);

const drain: fc.Arbitrary<DrainHistory> = fc.record({
  fleet: fc.integer({ min: 2, max: 3 }),
  listed: fc.boolean(),
  refreshes: fc.boolean(),
  onDelete: fc.constantFrom("return" as const, "return" as const, "return" as const, "leave" as const),
  maxOutgoing: fc.integer({ min: 1, max: 2 }),
  options,
  timeoutSeconds,
});

const world = {
  seed: fc.nat(),
  hosts: fc.integer({ min: 2, max: 3 }),
  existing: fc.boolean(),
  program: fc.record({ managesGuest: fc.boolean(), byUuid: fc.boolean(), timeoutSeconds, options }),
};
const most = 8;
const moreOf = (one: fc.Arbitrary<Happening>) =>
  fc.array(fc.tuple(pause, one), { minLength: 1, maxLength: most });

// The first is always somebody's move: without one there is nothing to go wrong with.
const moved = fc.record({
  ...world,
  happenings: fc
    .tuple(fc.integer({ min: 1, max: 3 }), moreOf(happening))
    .map(([to, more]): History["happenings"] => [[100, { what: "up", to }], ...more]),
});
const drained = fc.record({
  ...world,
  existing: fc.constant(true),
  drain,
  happenings: moreOf(drainHappening).map((more): History["happenings"] => [
    [100, { what: "drain", at: 0 }],
    ...more,
  ]),
});

/** A guest that nobody's program makes is there before; one that is there before is known to the program by its UUID. */
export const history: fc.Arbitrary<History> = fc
  .oneof({ weight: 5, arbitrary: moved }, { weight: 1, arbitrary: drained })
  .map(({ existing, program, ...rest }: History) => {
    const there = existing || !program.managesGuest;
    // By the seed, so that what the histories were before stays as it was.
    const autostart = rest.seed % 2 === 1;
    return {
      ...rest,
      autostart,
      existing: there,
      program: { ...program, ...(there ? { uuid: existingUuid } : {}) },
    };
  });
