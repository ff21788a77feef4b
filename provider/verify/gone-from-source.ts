import { cannotTell, notAsked, type ProofCheck, verdict } from "./proof";

/** The source has neither a process nor a definition of the guest any more. */
export const goneFromSource: ProofCheck = ({ guest, asked, after: { source } }) => {
  const name = "gone-from-source";
  if (asked?.undefineSource === false) return notAsked(name, "undefineSource");
  if (source === undefined) return cannotTell(name, "the source does not answer any more");
  const { host, domain } = source;
  return verdict(
    name,
    domain === undefined,
    domain ? `${guest} is ${domain.state} on ${host}` : `no ${guest} on ${host}`,
  );
};
