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
  ["KVM-623", "QEMU refuses to start on the target where a file is missing, and the guest stays"],
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
  [
    "KVM-637",
    "libvirt refuses to start the guest on the target where a network is missing, and the guest stays",
  ],
  ["KVM-638", "libvirt and QEMU refuse by themselves what they cannot move, and the guest stays"],
  ["KVM-640", "the owner may know that the guest writes little; the proof memory-kept looks afterwards"],
  ["KVM-660", "the owner may know that the element means nothing outside of the guest"],
  ["KVM-661", "libvirt and QEMU refuse it by themselves, and the guest stays; a newer one may move it"],
  ["KVM-662", "libvirt refuses it by itself, and the guest stays"],
  [
    "KVM-663",
    "the backup program may define its checkpoints again on the target, or begin with a full backup",
  ],
  ["KVM-664", "libvirt refuses it by itself, and the guest stays"],
  ["KVM-666", "QEMU refuses to start on the target where it misses a path, and the guest stays"],
  ["KVM-667", "QEMU refuses to start on the target where it cannot listen, and the guest stays"],
  ["KVM-668", "libvirt refuses to start the guest on the target without the key, and the guest stays"],
  ["KVM-669", "libvirt refuses to start the guest on the target without the filter, and the guest stays"],
  [
    "KVM-670",
    "libvirt refuses to start the guest on the target without that processor or node, and the guest stays",
  ],
  ["KVM-671", "libvirt refuses to start the guest on the target without that driver, and the guest stays"],
  ["KVM-672", "swtpm may stand outside of the path; without it libvirt refuses, and the guest stays"],
]);

/** The codes of the other rules, and why none of them may be waived. */
export const neverWaived: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ["KVM-602", "two guests of one name are mistaken for each other"],
  ["KVM-604", "a guest that QEMU stopped would stand still on the target, with its writes lost"],
  ["KVM-608", "libvirt does one job at a time: it refuses in any case"],
  ["KVM-611", "libvirt goes by that name: without an address there is no move"],
  ["KVM-616", "libvirt refuses this way of moving in any case"],
  ["KVM-621", "a guest that goes on with another disk destroys data"],
  ["KVM-622", "what the source still holds of a disk is lost, or written over what the target has written"],
  ["KVM-626", "no host runs a guest of another word size"],
  ["KVM-628", "libvirt takes two guests of one UUID for one"],
  ["KVM-629", "another hypervisor does not understand this guest's memory"],
  ["KVM-631", "all that was seen of the target would be another machine's"],
  ["KVM-634", "without that way the guest's memory does not arrive"],
  ["KVM-635", "without that way libvirt does not reach the target"],
  ["KVM-639", "a guest whose disk cannot be written stops on the target"],
  ["KVM-645", "two guests that write one disk destroy its content"],
  ["KVM-646", "a volume that has lost its quorum stops the guest's writes, on either host"],
  ["KVM-648", "no QEMU receives a guest of a machine type that it does not know"],
  ["KVM-665", "libvirt refuses a move to a host of the same UUID in any case"],
  ["KVM-673", "the guest would start with new firmware variables, or with a TPM that has lost its keys"],
]);

/** What is wrong with a list of waivers, in words; nothing when all of it may be waived. */
export function waiverProblems(codes: readonly string[], known: readonly string[]): string[] {
  const allowed = [...waivable.keys()].join(", ");
  return codes.flatMap((code) => {
    if ((waivable as ReadonlyMap<string, string>).has(code)) return [];
    const reason = (neverWaived as ReadonlyMap<string, string>).get(code);
    const why = known.includes(code)
      ? `not: this rule cannot be waived${reason === undefined ? "" : `: ${reason}`}`
      : "no rule of preflight";
    return [`codes that may be waived (${allowed}); ${code} is ${why}`];
  });
}
