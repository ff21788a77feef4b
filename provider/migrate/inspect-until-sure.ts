import type { DomainOnHost } from "../host/domain-on-host";
import type { GuestView } from "../host/guest-view";
import { type Situation, situationOf } from "./situation";

/** Rows that a guest which moves just now can be mistaken for: no two hosts are looked at in the same instant. */
const doubtful: ReadonlySet<Situation["kind"]> = new Set(["absent", "off", "two copies", "half lost"]);

/** Looks at all hosts, and once more where what was seen would be an alarm. */
export async function inspectUntilSure<Seen extends DomainOnHost>(
  inspect: () => Promise<GuestView<Seen>>,
): Promise<GuestView<Seen>> {
  const first = await inspect();
  return doubtful.has(situationOf(first).kind) ? inspect() : first;
}
