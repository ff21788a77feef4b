import { ProviderError } from "../errors/provider-error";
import { otherUsers } from "../host/domain-disks";
import type { GuestView } from "../host/guest-view";
import { parseGuestDefinition } from "../preflight/facts/guest-definition";
import { diskInUse, ownPaths, told } from "../preflight/rules/disks-exclusive";
import type { Operation } from "../resources/resource";

interface GuestWithDisks {
  readonly name: string;
  readonly definition: string;
}

/**
 * Sees that no other guest that runs on any of its hosts has one of its disks, before it is started. One that is only defined with such a disk is told.
 *
 * @throws ProviderError KVM-645
 */
export function disksFree(
  { name, definition }: GuestWithDisks,
  uuid: string,
  { seen }: GuestView,
  { log }: Pick<Operation, "log">,
): void {
  const paths = ownPaths(parseGuestDefinition(definition)?.disks ?? []);
  const users = otherUsers(uuid, paths, seen);
  if (users.some(({ active }) => active))
    throw new ProviderError({ code: "KVM-645", ...diskInUse(name, users) });
  for (const user of users) log.say(`${told(user)}: of the two only one may run`);
}
