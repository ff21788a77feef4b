import { describe, expect, test } from "vitest";
import { withoutPending } from "../../../cli/engine-stack";
import { changesLab } from "../../../cli/pulumi";
import { roomForSetUp } from "../../../cli/refuse-early";
import { coloured } from "../../../cli/report-error";
import { withoutRepeats } from "../../../cli/show-steps";

describe("a state", () => {
  test("loses its pending operations and nothing else", () => {
    const state = {
      version: 3,
      deployment: {
        manifest: { magic: "m" },
        resources: [{ urn: "u" }],
        pending_operations: [{ type: "creating" }],
      },
    };
    expect(JSON.parse(withoutPending(JSON.stringify(state)) ?? "")).toEqual({
      version: 3,
      deployment: { manifest: { magic: "m" }, resources: [{ urn: "u" }] },
    });
  });

  test("without any stays as it is", () => {
    expect(withoutPending('{"version":3,"deployment":{"pending_operations":null}}')).toBeUndefined();
    expect(withoutPending('{"version":3,"deployment":{}}')).toBeUndefined();
  });
});

test("commands of pulumi that change the lab are alone at it", () => {
  const words = [
    "up --yes",
    "destroy",
    "state unprotect",
    "stack rm",
    "stack output",
    "preview",
    "config",
    "about",
  ];
  expect(words.filter((line) => changesLab(line.split(" ")))).toEqual(words.slice(0, 4));
});

test("the room that the set-up takes is that of what is missing", () => {
  expect(roomForSetUp({ toolchain: true, images: true, go: true })).toBe(0);
  expect(roomForSetUp({ toolchain: false, images: false, go: true })).toBe(10);
  expect(roomForSetUp({ toolchain: false, images: true, go: false })).toBe(1);
});

test("messages that only count on are told now and then", () => {
  const told: string[] = [];
  let now = 0;
  const tell = withoutRepeats(
    (message) => told.push(message),
    () => now,
  );
  for (const seconds of [1, 2, 10, 20, 21]) {
    now = seconds * 1000;
    tell(`waiting: ${seconds} s`);
  }
  tell("it answers");
  expect(told).toEqual(["waiting: 1 s", "waiting: 20 s", "it answers"]);
});

describe("an error on a terminal", () => {
  const text = "KVM-401 on nfs\n  expected: SSH\n  found:    nothing\n  fix:      start it";
  const stream = (isTTY: boolean) => ({ isTTY }) as NodeJS.WriteStream;

  test("has its code and the way out in colour", () => {
    const lines = coloured(text, stream(true)).split("\n");
    expect(lines.map((line) => line.includes("\u001b["))).toEqual([true, false, false, true]);
  });

  test("is plain elsewhere", () => {
    expect(coloured(text, stream(false))).toBe(text);
  });
});
