import type { KeptMove } from "./kept-move";
import type { Texts } from "./texts";

/** On what a move was measured; said first where it was no hardware. */
export function measuredNotes({ measuredOn }: KeptMove, texts: Texts): string[] {
  const { processor, processors, guestAcceleration, hosts } = measuredOn;
  const emulated = guestAcceleration === "tcg" || Object.values(hosts).includes("qemu");
  const ran = Object.entries({ ...hosts, guest: guestAcceleration }).map(([name, how]) => `${name}: ${how}`);
  return [
    ...(emulated ? [texts.emulated] : []),
    `${texts.measuredOn(processors, processor)} (${ran.join(", ")})`,
  ];
}
