import { expect, test } from "vitest";
import { type DrainHistory, existingUuid, type History, live } from "../../../simulator/history";

/*
 * Histories that went wrong once, each found among random ones, and named for what was the matter.
 */

const ours: History["program"] = {
  managesGuest: true,
  byUuid: false,
  timeoutSeconds: 600,
  options: { mode: "postCopy", transport: "peer-to-peer" },
};
const others: History["program"] = { ...ours, managesGuest: false, byUuid: true, uuid: existingUuid };

const drain: DrainHistory = {
  fleet: 2,
  listed: true,
  refreshes: true,
  onDelete: "return",
  maxOutgoing: 1,
  options: { mode: "postCopy" },
  timeoutSeconds: 600,
};

const histories: Readonly<Record<string, History>> = {
  "a run waits for ever for the job of a post-copy whose target died": {
    seed: 9,
    hosts: 2,
    existing: false,
    program: { ...ours, timeoutSeconds: 20 },
    happenings: [
      [100, { what: "up", to: 1 }],
      [14_240, { what: "host dies", at: 1 }],
    ],
  },
  "a run waits for ever for a move that the target's libvirtd forgot": {
    seed: 1_485_028_895,
    hosts: 2,
    existing: false,
    program: { ...ours, timeoutSeconds: 20 },
    happenings: [
      [100, { what: "up", to: 1 }],
      [22_977, { what: "libvirtd stops", at: 1 }],
    ],
  },
  "a source's half stays for ever once the guest is where it should be": {
    seed: 212_202_530,
    hosts: 2,
    existing: false,
    program: ours,
    happenings: [
      [100, { what: "up", to: 1 }],
      [13_208, { what: "hosts cut", at: 1, other: 0, bothWays: true }],
      [38_277, { what: "network joins" }],
      [2_561, { what: "killed", programsToo: false }],
    ],
  },
  "half of a guest is lost, and a run says that all is well": {
    seed: 1_690_074_313,
    hosts: 3,
    existing: true,
    program: { ...others, timeoutSeconds: 20, options: { mode: "live", transport: "peer-to-peer" } },
    happenings: [
      [100, { what: "up", to: 2 }],
      [97_000, { what: "moved by hand", to: 0, peerToPeer: true, postCopy: true }],
      [3_974, { what: "up", to: 0 }],
      [921, { what: "host dies", at: 2 }],
    ],
  },
  "a guest that was renamed is moved by a name that another guest has": {
    seed: 3,
    hosts: 2,
    existing: true,
    program: { ...others, byUuid: false, managesGuest: true, options: { mode: "live" } },
    happenings: [
      [100, { what: "up", to: 0 }],
      [20_000, { what: "destroyed by hand" }],
      [500, { what: "renamed by hand" }],
      [500, { what: "started by hand", at: 0 }],
      [500, { what: "namesake appears", at: 0, runs: true }],
      [500, { what: "up", to: 1 }],
    ],
  },
  "another guest of the name is taken for the guest while its host is silent": {
    seed: 0,
    hosts: 2,
    existing: true,
    program: { ...others, byUuid: false, managesGuest: true, options: { mode: "live" } },
    happenings: [
      [100, { what: "up", to: 1 }],
      [5_000, { what: "libvirtd stops", at: 0 }],
      [5_000, { what: "killed", programsToo: false }],
      [5_000, { what: "namesake appears", at: 1, runs: true }],
      [0, { what: "up", to: 1 }],
    ],
  },
  "a guest that somebody suspends just before its paused move goes on at the target": {
    seed: 1_717_300_544,
    hosts: 2,
    existing: true,
    program: others,
    drain: { ...drain, fleet: 3, listed: false, refreshes: false, options: { mode: "paused" } },
    happenings: [
      [100, { what: "drain", at: 0 }],
      [662, { what: "suspended by hand" }],
    ],
  },
  "half of a guest that left a host is lost, and the drain says that all is well": {
    seed: 361_517_515,
    hosts: 2,
    existing: true,
    program: others,
    drain,
    happenings: [
      [100, { what: "drain", at: 0 }],
      [18_200, { what: "host dies", at: 0 }],
    ],
  },
  "half of a guest came home, and the drain is destroyed as if all were well": {
    seed: 1_536_356_131,
    hosts: 2,
    existing: true,
    program: others,
    drain,
    happenings: [
      [100, { what: "drain", at: 0 }],
      [100_000, { what: "drain destroyed" }],
      [14_000, { what: "host dies", at: 1 }],
    ],
  },
  "a guest's autostart is lost when the move after one that was killed fails": {
    seed: 396_278_805,
    hosts: 3,
    existing: true,
    autostart: true,
    program: { ...others, byUuid: false, timeoutSeconds: 28, options: { mode: "live" } },
    happenings: [
      [100, { what: "up", to: 2 }],
      [5_000, { what: "killed", programsToo: false }],
      [40_000, { what: "up", to: 1 }],
      [5_000, { what: "hosts cut", at: 1, other: 2, bothWays: false }],
    ],
  },
  "a guest's autostart is lost that another run sets while its host is looked at": {
    seed: 13,
    hosts: 2,
    existing: true,
    autostart: true,
    program: { ...others, managesGuest: true, byUuid: false, timeoutSeconds: 28, options: { mode: "live" } },
    drain: { ...drain, listed: false, refreshes: false, timeoutSeconds: 28 },
    happenings: [
      [100, { what: "drain", at: 0 }],
      [2_592, { what: "destroyed by hand" }],
      [7_199, { what: "up", to: 0 }],
      [5_530, { what: "host boots", at: 0 }],
    ],
  },
  "a run takes the mark off a guest that another one is about to move with its autostart": {
    seed: 7,
    hosts: 2,
    existing: true,
    autostart: true,
    program: { ...others, managesGuest: true, byUuid: false, timeoutSeconds: 28, options: { mode: "live" } },
    drain: { ...drain, listed: false, refreshes: false, timeoutSeconds: 28 },
    happenings: [
      [100, { what: "drain", at: 0 }],
      [667, { what: "up", to: 0 }],
      [7_136, { what: "up", to: 0 }],
      [5_889, { what: "host boots", at: 0 }],
    ],
  },
  "a guest that ended on its way keeps the mark of a drain that is destroyed": {
    seed: 1_034_255_267,
    hosts: 3,
    existing: true,
    program: others,
    drain: { ...drain, maxOutgoing: 2, options: { mode: "hybrid" } },
    happenings: [
      [100, { what: "drain", at: 0 }],
      [5_000, { what: "destroyed by hand" }],
      [60_000, { what: "drain destroyed" }],
    ],
  },
};

test.each(Object.entries(histories))("%s", async (_name, history) => {
  const { wrong, story } = await live(history);
  expect(wrong, story.join("\n")).toEqual([]);
});
