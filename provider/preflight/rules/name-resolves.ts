import { pass, rule } from "../rule";
import { whyUnresolved } from "./why-unresolved";

/** Each host resolves the other's name. Where it does not, what its hosts file, its name server and its search domain have to do with it. */
export const nameResolves = rule("name-resolves", "KVM-611", ({ source, target }) => {
  const pairs = [
    { from: source, to: target },
    { from: target, to: source },
  ];
  const lost = pairs.filter(({ from }) => from.otherResolvesTo.length === 0);
  if (lost.length === 0)
    return pass(
      pairs
        .map(({ from, to }) => `${to.host} is ${from.otherResolvesTo.join(", ")} on ${from.host}`)
        .join("; "),
    );
  const causes = lost.map(({ from, to }) => whyUnresolved(from, to));
  return {
    host: lost.map(({ from }) => from.host).join(", "),
    expected: `${source.host} and ${target.host} to resolve each other's name`,
    found: causes.map(({ found }) => found).join("; "),
    // Both may lack the same name server.
    fix: [...new Set(causes.map(({ fix }) => fix))].join("; "),
  };
});
