import { expect, test } from "vitest";
import { beginnings } from "../../../course/beginning";

const bare = { start: "bare" };
const broken = { start: "ready", guestRunsOn: "source", break: ["no-share"] };
const whole = { start: "ready", guestRunsOn: "source" };

test("a lab that is not there is brought up as the exercise begins", () => {
  for (const settings of [bare, broken, whole]) expect(beginnings(settings, "none")).toEqual([settings]);
});

test("one that is set up is made whole, and then broken", () => {
  expect(beginnings(broken, "ready")).toEqual([{ ...broken, break: [] }, broken]);
  expect(beginnings(whole, "ready")).toEqual([{ ...whole, break: [] }]);
});

test("a bare one stays as its user has it, and none is made into the other", () => {
  expect(beginnings(bare, "bare")).toEqual([]);
  expect(beginnings(bare, "ready")).toBeUndefined();
  expect(beginnings(broken, "bare")).toBeUndefined();
});
