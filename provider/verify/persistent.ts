import { notAsked, type ProofCheck, verdict } from "./proof";

/** The target keeps the definition: the guest is still there after a shutdown. */
export const persistent: ProofCheck = ({ asked, after: { target } }) =>
  asked?.persistent === false
    ? notAsked("persistent-on-target", "persistent")
    : verdict(
        "persistent-on-target",
        target.domain?.persistent === true,
        `Persistent: ${target.domain?.persistent ? "yes" : "no"}`,
      );
