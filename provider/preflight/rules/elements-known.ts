import { asWord } from "../../host/shell-quote";
import { pass, ruleOnGuest } from "../rule";

/** Every element of the guest's definition is one that the element table knows: docs/reference/domain-elements.md. */
export const elementsKnown = ruleOnGuest("elements-known", "KVM-660", ({ unknown }, facts) => {
  const { guest, source, onSource } = facts;
  const inactive = (onSource.inactive?.unknown ?? []).filter((place) => !unknown.includes(place));
  const all = [
    ...unknown.map((place) => `unknown element ${place}`),
    ...inactive.map((place) => `unknown element ${place}, from its next start on`),
  ];
  if (all.length === 0) return pass("every element of the definition is known");
  return {
    host: source.host,
    expected: `a definition of ${guest} whose every element some rule checks, or cannot matter to a move`,
    found: all.join("; "),
    fix: `on ${source.host}: virsh dumpxml ${asWord(guest)} shows where it stands, and libvirt's documentation (formatdomain) whether it means something of the host's; if it does not, waive KVM-660`,
  };
});
