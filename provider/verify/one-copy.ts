import { presenceOf } from "../host/domain-on-host";
import { cannotTell, type ProofCheck, verdict } from "./proof";

/** The guest runs on the target (or stands still, or is defined there, as it was before), and no other host has a copy with its memory. */
export const oneCopy: ProofCheck = ({ expected = "running", after: { target, hosts, silent = [] } }) => {
  const states = hosts.map(({ host, domain }) => `${host}: ${domain?.state ?? "none"}`);
  const others = hosts.filter(({ host, domain }) => {
    const presence = presenceOf(domain);
    return host !== target.host && (presence === "running" || presence === "paused");
  });
  const holds = presenceOf(target.domain) === expected && others.length === 0;
  if (holds && silent.length > 0)
    return cannotTell(
      "one-running-copy",
      `${states.join(", ")}; not known of ${silent.join(", ")}, which does not answer`,
    );
  return verdict("one-running-copy", holds, states.join(", "));
};
