import type { Proof } from "../sdk/migration";
import { type Evidence, verdict } from "./proof";

/** The guest has the name on the target that it was to get on the way; nothing to prove where it was to get none. */
export function newName({ asked, after: { target } }: Evidence): Proof[] {
  if (asked?.newName === undefined) return [];
  const name = target.domain?.name;
  const facts = name === undefined ? `no guest of its UUID on ${target.host}` : `${name} on ${target.host}`;
  return [verdict("new-name", name === asked.newName, facts)];
}
