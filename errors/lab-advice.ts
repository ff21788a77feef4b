import type { ErrorCode } from "kvmlab-provider/errors/catalog";

/** What `./lab` does about an error of the provider, which itself knows hosts and guests only. */
export const labAdvice: Partial<Record<ErrorCode, string>> = {
  "KVM-401":
    "`./lab up` starts a server that the lab built and that has no power, waits until it has booted, and starts again what ran on it.",
  "KVM-402":
    "the lab made the keys of the servers that it built: `./lab down`, then `./lab up`, makes new ones.",
  "KVM-404": "`./lab status` shows which servers run.",
  "KVM-405": "`./lab ssh HOST` opens a shell on the host.",
  "KVM-407": "`./lab ssh HOST` opens a shell on the host.",
  "KVM-410":
    "with machines of your own, `ssh-add -l` must list their key where `./lab` is typed; or `sshPrivateKeyFile` in the stack's file names one.",
  "KVM-502":
    "`./lab console` shows what the guest prints; `guestAcceleration: tcg` is for hosts whose `/dev/kvm` runs nothing. The next `./lab up` goes on from here.",
  "KVM-503": "`./lab console` shows what the guest prints.",
  "KVM-504":
    "`./lab up` repairs what a built server lacks (KVM module, share, libvirtd) and starts the guest again.",
  "KVM-506": "`./lab up --refresh` makes the guest again.",
  "KVM-601": "`./lab up --refresh` makes the guest again.",
  "KVM-604": "`./lab up` starts the guest where it is.",
  "KVM-606": "`./lab up` starts the guest again.",
  "KVM-607":
    "`./lab console` shows what the guest prints; the next `./lab up` accepts the place where it is.",
  "KVM-609": "`./lab up --refresh` goes on from what it finds.",
  "KVM-611": "`./lab up --refresh` writes the names again.",
  "KVM-613": "docs/how-to/ways-of-moving.md explains these options.",
  "KVM-621": "`./lab up --refresh` mounts the share again, or logs in to the LUN again.",
  "KVM-630": "give both hosts the same `release` in the stack's file.",
  "KVM-635": "`./lab up --refresh` writes the lab's own key again.",
  "KVM-640": "docs/decisions/0006 has the measurements.",
  "KVM-642": "after `virsh destroy` the next `./lab up` starts the guest from its disk.",
  "KVM-644": "`./lab up` starts a server that the lab built and that has no power.",
};

/** The text of one error or several, each with what `./lab` does about it below its fix. */
export function withLabAdvice(text: string): string {
  return text.replace(
    /^(KVM-\d{3}) on .*(?:\n {2}.*)*?\n {2}fix: .*(?:\n {4,}.*)*/gm,
    (error: string, code: string) => {
      const advice = isAdvised(code) ? labAdvice[code] : undefined;
      return advice ? `${error}\n  lab:      ${advice.replaceAll("`", "")}` : error;
    },
  );
}

function isAdvised(code: string): code is ErrorCode {
  return code in labAdvice;
}
