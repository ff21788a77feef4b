import { type Judge, notAsked, verdict } from "./proof";

/** The source has neither a process nor a definition of the guest any more. */
export const goneFromSource: Judge = ({ guest, asked, after: { source } }) =>
  asked?.undefineSource === false
    ? notAsked("gone-from-source", "undefineSource")
    : verdict(
        "gone-from-source",
        source.domain === undefined,
        source.domain
          ? `${guest} is ${source.domain.state} on ${source.host}`
          : `no ${guest} on ${source.host}`,
      );
