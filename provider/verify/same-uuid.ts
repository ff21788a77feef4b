import { cannotTell, type ProofCheck, verdict } from "./proof";

/** The domain on the target is the one that was on the source. */
export const sameUuid: ProofCheck = ({ before, after }) => {
  const [was, is] = [before.source?.domain?.uuid, after.target.domain?.uuid];
  if (before.source === undefined) return cannotTell("same-uuid", "the source did not answer before");
  return verdict(
    "same-uuid",
    was !== undefined && was === is,
    `${was ?? "none"} before, ${is ?? "none"} after`,
  );
};
