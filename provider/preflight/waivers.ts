import type { ErrorCode } from "../errors/catalog";

/**
 * The codes that may be waived, and why that is safe: a move that libvirt or QEMU stops by itself leaves the guest where it
 * was, and what only the guest's owner can weigh is the owner's to decide. Storage, identity and a guest that is not in a
 * state to move are never waived: there a mistake costs the guest's data.
 */
export const waivable: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ["KVM-480", "QEMU on the target refuses to start with a driver missing"],
  ["KVM-481", "QEMU on the target refuses to start where a disk's server does not answer it"],
  ["KVM-482", "libvirt on the target refuses to start the guest without its secret"],
  ["KVM-624", "an emulated guest, or one with a generic processor, may not see the host's vendor"],
  [
    "KVM-625",
    "QEMU refuses to start on the target with a feature missing that the guest's definition demands",
  ],
  ["KVM-627", "an emulated guest does not use the host's NX bit"],
  [
    "KVM-630",
    "most guests whose machine type the older QEMU knows move to it; one that it cannot take stays on the source",
  ],
  ["KVM-632", "the move fails without harm when the name is not found"],
  ["KVM-633", "the owner may know that the guest does not use its memory, or that the target has swap"],
  ["KVM-636", "the guest has its own clock; only times in logs and measured figures suffer"],
  ["KVM-640", "the owner may know that the guest writes little; the proof memory-kept looks afterwards"],
]);

/** What is wrong with a list of waivers, in words; nothing when all of it may be waived. */
export function waiverProblems(codes: readonly string[], known: readonly string[]): string[] {
  const allowed = [...waivable.keys()].join(", ");
  return codes.flatMap((code) => {
    if ((waivable as ReadonlyMap<string, string>).has(code)) return [];
    const why = known.includes(code) ? "this rule cannot be waived" : "no rule of preflight";
    return [`codes that may be waived (${allowed}); ${code} is ${known.includes(code) ? "not: " : ""}${why}`];
  });
}
