import { describe, expect, test } from "vitest";
import { isMade, parseResourceLine } from "../../../cli/engine-lines";
import { MilestoneTimes, narrate } from "../../../cli/milestones";

// As the engine 3.232.0 prints them with --non-interactive --color never.
const creating =
  " +  kvmlab:index:Guest guest creating (12s) waiting for guest to answer on 10.77.0.50: 12 s";
const updating =
  " ~  kvmlab:index:Migration migration updating (1s) [diff: ~to]; moving guest to target: 60%";
const created = " +  libvirt:index:Domain source created (1s) ";
const connecting = " +  command:remote:Command host-names-nfs creating (0s) ";
const answered = " +  command:remote:Command host-names-nfs created (21s) ";
const refreshing = " ~  command:remote:Command kvm-source refreshing (0s) ";
const deleting = " -  libvirt:index:Volume nfs-disk deleting (0s) ";
const failing =
  " ~  kvmlab:index:Migration migration **updating failed** [diff: ~to]; error: 1 error occurred:";

const read = (text: string) => {
  const line = parseResourceLine(text);
  if (!line) throw new Error(`not read: ${text}`);
  return line;
};

describe("lines about resources", () => {
  test("are read with what the provider says", () => {
    expect(parseResourceLine(creating)).toEqual({
      type: "kvmlab:index:Guest",
      name: "guest",
      status: "creating",
      seconds: 12,
      message: "waiting for guest to answer on 10.77.0.50: 12 s",
    });
    expect(parseResourceLine(updating)?.message).toBe("moving guest to target: 60%");
    expect(parseResourceLine(created)).toMatchObject({ status: "created", seconds: 1, message: "" });
  });

  test("of something that takes another's place are read like all others", () => {
    const removed = " -- kvmlab:index:Guest guest deleted original (0.23s) ";
    const made =
      "++ command:remote:Command kvm-target created replacement (3s) [diff: ~triggers]; dial 2/76 failed: x";
    expect(parseResourceLine(removed)).toMatchObject({ status: "deleted", seconds: 0.23, message: "" });
    expect(parseResourceLine(made)).toMatchObject({ status: "created", seconds: 3, name: "kvm-target" });
    expect(narrate(read(made))).toBeUndefined();
  });

  test("are told apart from all others", () => {
    for (const line of ["@ updating....", "Resources:", "    + 42 created", "", "Duration: 2s", "Outputs:"]) {
      expect(parseResourceLine(line)).toBeUndefined();
    }
    expect(parseResourceLine(failing)).toBeUndefined();
  });

  test("become a short line for people", () => {
    expect(
      [creating, updating, created, connecting, answered, refreshing, deleting].map(read).map(narrate),
    ).toEqual([
      "guest: waiting for guest to answer on 10.77.0.50: 12 s",
      "migration: moving guest to target: 60%",
      "source: the machine was started",
      "nfs: waiting for it to answer SSH",
      "nfs: answers SSH and knows the others' names",
      "looking at what is there",
      "removing nfs-disk",
    ]);
  });

  test("say what is there now", () => {
    expect(["created", "updated", "creating", "refresh", "deleted"].map(isMade)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

test("the parts of a lab have the time of their last resource, in the order in which they were reached", () => {
  let now = 0;
  const times = new MilestoneTimes(() => now);
  const moved = " +  kvmlab:index:Migration migration created (9s) ";
  for (const [at, line] of [
    [1, created],
    [20, answered],
    [21, answered],
    [22, refreshing],
    [60, moved],
  ] as const) {
    now = at;
    times.take(read(line));
  }
  expect(times.times()).toEqual([
    { stage: "  machines started after", seconds: 1 },
    { stage: "  hosts answered SSH after", seconds: 21 },
    { stage: "  guest moved and proved after", seconds: 60 },
  ]);
});
