import { LabError } from "../../errors/lab-error";
import type { Rule } from "./rule";

/** The source finds the target by the name that the move uses (rule 7 of the course). */
export const nameResolves: Rule = ({ source, target }) => {
  if (!source.unresolved?.includes(target.host)) return undefined;
  return new LabError({
    code: "KVM-611",
    host: source.host,
    expected: `${source.host} to resolve the name ${target.host}`,
    found: `"getent hosts ${target.host}" finds no address`,
    mend: `add a line "ADDRESS ${target.host}" to /etc/hosts on ${source.host}; each host needs the other's name`,
  });
};
