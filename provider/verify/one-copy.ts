import { isActive } from "../host/domain-on-host";
import { type Judge, verdict } from "./proof";

/** The guest is active on the target, and on the target only. */
export const oneCopy: Judge = ({ after: { source, target } }) => {
  const states = [source, target].map(({ host, domain }) => `${host}: ${domain?.state ?? "none"}`);
  const holds = isActive(target.domain?.state) && !isActive(source.domain?.state);
  return verdict("one-running-copy", holds, states.join(", "));
};
