import { expect, test } from "vitest";
import { refuseBare } from "../../../cli/refuse-bare";

test("a command that moves the lab's guest is refused on a bare lab, with what to do first", () => {
  const refusal = () => refuseBare({ name: "mine" }, "bare", "./lab measure mine");
  expect(refusal).toThrow(/KVM-956[\s\S]*\.\/lab up mine -c start=ready[\s\S]*then \.\/lab measure mine/);
});

test("a lab that is set up, and one of which nothing is known, are not bare", () => {
  for (const start of ["ready", undefined] as const)
    expect(() => refuseBare({ name: "mine" }, start, "./lab measure mine")).not.toThrow();
});
