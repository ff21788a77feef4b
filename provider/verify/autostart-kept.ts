import { cannotTell, notAsked, type ProofCheck, verdict } from "./proof";

const name = "autostart-kept";

/** The guest starts with the target if it started with the source before, and with no host that it has left. */
export const autostartKept: ProofCheck = ({
  guest,
  asked,
  before,
  after: { target, hosts, silent = [] },
}) => {
  const { autostart } = before;
  if (asked?.persistent === false) return notAsked(name, "persistent");
  if (autostart === undefined) return cannotTell(name, "no host told of its autostart before the move");
  const seen = hosts.flatMap(({ host, domain }) =>
    domain === undefined ? [] : [{ host, autostart: domain.autostart }],
  );
  const facts = [
    `${said(autostart)} before`,
    ...seen.map((one) => `${one.autostart === undefined ? "not known" : said(one.autostart)} on ${one.host}`),
  ].join(", ");
  const kept = target.domain?.autostart === autostart;
  const left = seen.some((one) => one.host !== target.host && one.autostart === true);
  if (!kept || left) return verdict(name, false, facts);
  if (autostart && silent.length > 0)
    return cannotTell(
      name,
      `${facts}; ${silent.join(", ")} does not answer, and may start ${guest} when it boots`,
    );
  return verdict(name, true, facts);
};

const said = (autostart: boolean) => (autostart ? "autostart" : "no autostart");
