import { describe, expect, test } from "vitest";
import { complaints, isDone, narrate, parseResourceLine } from "../../../cli/engine-lines";

// As the engine 3.232.0 prints them with --non-interactive --color never.
const creating =
  " +  kvmlab:index:Guest guest creating (12s) waiting for guest to answer on 10.77.0.50: 12 s";
const updating =
  " ~  kvmlab:index:Migration migration updating (1s) [diff: ~to]; moving guest to target: 60%";
const created = " +  libvirt:index:Domain source created (1s) ";
const failing =
  " ~  kvmlab:index:Migration migration **updating failed** [diff: ~to]; error: 1 error occurred:";

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

  test("are told apart from all others", () => {
    for (const line of ["@ updating....", "Resources:", "    + 42 created", "", "Duration: 2s", "Outputs:"]) {
      expect(parseResourceLine(line)).toBeUndefined();
    }
    expect(parseResourceLine(failing)).toBeUndefined();
  });

  test("become a short line for people", () => {
    const told = [creating, updating, created]
      .map((line) => parseResourceLine(line))
      .map((line) => line && narrate(line));
    expect(told).toEqual([
      "guest: waiting for guest to answer on 10.77.0.50: 12 s",
      "migration: moving guest to target: 60%",
      undefined,
    ]);
    expect([created, creating].map((line) => isDone(parseResourceLine(line)?.status ?? ""))).toEqual([
      true,
      false,
    ]);
  });
});

describe("a failed run", () => {
  test("is told by the lab's own error, as it came", () => {
    const output = `Diagnostics:
  pulumi:pulumi:Stack (kvm-migration-lab-dev):
    error: update failed

  kvmlab:index:Migration (migration):
    error: KVM-602 on target
      expected: no guest guest on target, where it shall be moved to
      found:    guest (shut off, UUID u2)
      mend:     if it is not needed, on target: virsh undefine guest

Outputs:
`;
    expect(complaints(output).slice(0, 2)).toEqual([
      "KVM-602 on target",
      "      expected: no guest guest on target, where it shall be moved to",
    ]);
  });

  test("is told by the engine's errors when it has none of the lab's", () => {
    const output =
      "Diagnostics:\n  libvirt:index:Domain (source):\n    error: 1 error occurred:\n    \t* out of memory\n";
    expect(complaints(output)).toEqual(["error: 1 error occurred:"]);
  });
});
