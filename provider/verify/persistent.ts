import { type Judge, verdict } from "./proof";

/** The target keeps the definition: the guest is still there after a shutdown. */
export const persistent: Judge = ({ after: { target } }) =>
  verdict(
    "persistent-on-target",
    target.domain?.persistent === true,
    `Persistent: ${target.domain?.persistent ? "yes" : "no"}`,
  );
