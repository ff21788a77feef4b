import { type Judge, verdict } from "./proof";

/** The domain on the target is the one that was on the source. */
export const sameUuid: Judge = ({ before, after }) => {
  const [was, is] = [before.source.domain?.uuid, after.target.domain?.uuid];
  return verdict(
    "same-uuid",
    was !== undefined && was === is,
    `${was ?? "none"} before, ${is ?? "none"} after`,
  );
};
