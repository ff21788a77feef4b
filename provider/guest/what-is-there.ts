import { ProviderError } from "../errors/provider-error";
import type { GuestView } from "../host/guest-view";
import { alarm } from "../migrate/plan-migration";
import { situationOf } from "../migrate/situation";

/** What a guest that is to be made meets on the hosts. */
export type WhatIsThere =
  /** It is to be made; what this resource left defined of an earlier definition is removed first. */
  | { readonly action: "make"; readonly leftovers: readonly string[] }
  /** It is defined and shut off: it is started there, with what libvirt keeps of it. */
  | { readonly action: "start"; readonly on: string }
  /** It is active already. `whole`: with all of its memory, and no move goes on. */
  | { readonly action: "take-over"; readonly on: string; readonly whole: boolean }
  /** Half of a post-copy whose other half is lost: only that half is removed, and the guest starts from its disk. */
  | { readonly action: "remove-half"; readonly on: string };

interface Wanted {
  readonly name: string;
  /** Whether its UUID is one that only this resource of this stack gives: then it made whatever has it. */
  readonly ours: boolean;
  /** Where it is started when it is nowhere yet. */
  readonly home: string;
}

/**
 * Decides from one look at every host. A guest is known by its UUID; one that this resource did not make is taken over as it is when its
 * definition agrees, and never undefined.
 *
 * @param differences what of the definition that is there is not as the program has it
 * @throws ProviderError KVM-501 somebody else's guest has the name, KVM-509 the guest that is there is another than the program's, KVM-603 two hosts
 *   run it, KVM-642 half of it is lost, KVM-644 a host is silent that may have it
 */
export function whatIsThere(
  { name, ours, home }: Wanted,
  view: GuestView,
  differences: (xml: string) => readonly string[],
): WhatIsThere {
  const differencesOn = (name: string) => {
    const xml = view.seen.find(({ host }) => host === name)?.xml;
    return xml === undefined ? ["libvirt gave no definition of it"] : differences(xml);
  };
  const takeOver = <Found extends WhatIsThere & { readonly on: string }>(found: Found): Found => {
    const wrong = ours ? [] : differencesOn(found.on);
    if (wrong.length > 0) throw differs(name, found.on, view, wrong);
    return found;
  };
  const situation = situationOf(view);
  switch (situation.kind) {
    case "absent": {
      const [other] = view.foreign;
      if (other) throw nameTaken(name, other);
      return { action: "make", leftovers: [] };
    }
    case "off":
      if (ours && situation.on.some((host) => differencesOn(host).length > 0))
        return { action: "make", leftovers: situation.on };
      return takeOver({
        action: "start",
        on: situation.on.find((host) => host === home) ?? situation.on[0] ?? home,
      });
    case "running":
    case "paused":
      return takeOver({ action: "take-over", on: situation.on, whole: true });
    case "moving":
      return takeOver({ action: "take-over", on: placeWhileMoving(situation), whole: false });
    case "post-copy complete":
      return takeOver({ action: "take-over", on: situation.to, whole: true });
    case "post-copy broken":
      return takeOver({ action: "take-over", on: situation.to, whole: false });
    case "second copy":
      return takeOver({
        action: "take-over",
        on: situation.running ?? situation.standing[0] ?? home,
        whole: false,
      });
    case "half lost":
      if (!ours) throw alarm(name, view, situation);
      return { action: "remove-half", on: situation.on };
    default:
      throw alarm(name, view, situation);
  }
}

/** The host that runs a guest which is being moved. */
export function placeWhileMoving({
  from,
  to,
  switched,
}: {
  readonly from: string;
  readonly to: string | undefined;
  readonly switched: boolean;
}): string {
  return switched && to !== undefined ? to : from;
}

function nameTaken(name: string, { host, uuid, state }: GuestView["foreign"][number]): ProviderError {
  return new ProviderError({
    code: "KVM-501",
    host,
    expected: `no other guest ${name}`,
    found: `another guest of this name is ${state} on ${host} (UUID ${uuid}); this program did not make it, and leaves it alone`,
    fix: `take another name; or, to take that guest over, write <uuid>${uuid}</uuid> and the rest of its definition (virsh dumpxml ${uuid}) into the program`,
  });
}

function differs(name: string, host: string, { uuid }: GuestView, wrong: readonly string[]): ProviderError {
  return new ProviderError({
    code: "KVM-509",
    host,
    expected: `the guest of UUID ${uuid} to be as the program has ${name}`,
    found: wrong.join("; "),
    fix: `write into the program what is there (on ${host}: virsh dumpxml --inactive ${uuid}), or give the program's guest a UUID of its own`,
  });
}
