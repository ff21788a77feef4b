import { pass, rule, skipped } from "../rule";

const mostMs = 1_000;

/** The hosts' clocks are within a second of each other. */
export const clockSkew = rule("clock-skew", "KVM-636", ({ source, target }) => {
  const [here, there] = [source.clock, target.clock];
  if (here === undefined || there === undefined) return skipped("a host did not tell its time");
  const difference = there.ms - here.ms;
  const uncertainty = here.uncertaintyMs + there.uncertaintyMs;
  const side = difference > 0 ? "ahead of" : "behind";
  const found = `${target.host} is ${seconds(Math.abs(difference))} ${side} ${source.host} (±${seconds(uncertainty)})`;
  // What could be the time that asking took is not held against them.
  if (Math.abs(difference) - uncertainty <= mostMs) return pass(found);
  return {
    host: `${source.host}, ${target.host}`,
    expected: "clocks within 1 s of each other",
    found,
    fix: "on both hosts: timedatectl set-ntp true, or chronyc makestep; date on each shows which one is wrong",
  };
});

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 100_000 ? 2 : 0)} s`;
}
