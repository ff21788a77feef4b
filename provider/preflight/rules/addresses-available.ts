import { isIP } from "node:net";
import { asWord } from "../../host/shell-quote";
import type { HostFacts } from "../facts/host-facts";
import type { ListeningEnd } from "../facts/listening";
import { pass, ruleOnGuest, skipped } from "../rule";

/** Where QEMU listens for the guest on the source, it can listen on the target: screens, TCP ports of serial lines. */
export const addressesAvailable = ruleOnGuest("addresses-available", "KVM-667", ({ listens }, facts) => {
  const { guest, source, target, mode } = facts;
  if (mode === "offline") return skipped("an offline move starts nothing");
  const wrong = listens.flatMap((end) => complaint(end, target) ?? []);
  if (wrong.length === 0)
    return pass(listens.map(({ what, address }) => `${what} on ${address}`).join(", ") || "nothing listens");
  return {
    host: target.host,
    expected: `the addresses and ports of ${guest} to be free on ${target.host}`,
    found: wrong.join("; "),
    fix: `on ${source.host}: virsh edit ${asWord(guest)}: listen on 0.0.0.0 or 127.0.0.1, and autoport='yes' instead of a port that ${target.host} uses (ss -ltnp there), then a new start`,
  };
});

const everyAddress = new Set(["", "0.0.0.0", "::"]);

function complaint({ what, address, ports }: ListeningEnd, target: HostFacts): string | undefined {
  const local = /^127\.|^::1$/.test(address);
  // Of a host's name nobody asked what it means there.
  if (isIP(address) && !everyAddress.has(address) && !local && !target.addresses.includes(address))
    return `${what} listens on ${address}, which is no address of ${target.host}`;
  const taken = ports.find((port) =>
    target.listeners.some(
      (one) =>
        one.port === port &&
        (one.address === undefined || everyAddress.has(address) || one.address === address),
    ),
  );
  return taken === undefined
    ? undefined
    : `${what} listens on port ${taken}, which is taken on ${target.host}`;
}
