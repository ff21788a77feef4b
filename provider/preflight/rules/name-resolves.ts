import { pass, rule } from "../rule";

/** Each host resolves the other's name (rule 7 of the course). */
export const nameResolves = rule("name-resolves", "KVM-611", ({ source, target }) => {
  const pairs = [
    { from: source, name: target.host },
    { from: target, name: source.host },
  ];
  const lost = pairs.filter(({ from }) => from.otherResolvesTo.length === 0);
  if (lost.length === 0)
    return pass(
      pairs
        .map(({ from, name }) => `${name} is ${from.otherResolvesTo.join(", ")} on ${from.host}`)
        .join("; "),
    );
  return {
    host: lost.map(({ from }) => from.host).join(", "),
    expected: `${source.host} and ${target.host} to resolve each other's name`,
    found: lost.map(({ from, name }) => `"getent hosts ${name}" on ${from.host} finds no address`).join("; "),
    fix: lost
      .map(({ from, name }) => `add a line "ADDRESS ${name}" to /etc/hosts on ${from.host}`)
      .join("; "),
  };
});
