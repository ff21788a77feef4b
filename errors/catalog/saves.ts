import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** Codes KVM-930 to KVM-949: saved labs. See docs/reference/errors.md, generated from here. */
export const savesErrors = {
  "KVM-930": {
    title: "A save cannot have this name",
    explanation:
      "A save is a folder of this name in the cache: letters, digits, `-`, `_` and `.` (100 at most), beginning with no dot.",
    fix: "Take another name: `./lab save before-class`.",
  },
  "KVM-931": {
    title: "There is a save or a file of this name already",
    explanation: "`./lab` overwrites no earlier save or exported file without `--force`.",
    fix: "Take another name, or `--force`: the old one is replaced when the new one is complete. `./lab saves --remove NAME` removes a save.",
  },
  "KVM-932": {
    title: "There is no save of this name",
    explanation: "Saves are kept in the folder `saves` of the cache; another `KVMLAB_CACHE` has others.",
    fix: "`./lab saves` lists them.",
  },
  "KVM-933": {
    title: "The lab cannot be saved now",
    explanation:
      "A lab is saved as a whole: on the private hypervisor, built to its end, all servers running, with nothing at work on them and nothing in Pulumi's state that was begun and not ended. The lab was left as it was.",
    fix: "`./lab up` completes the lab; then save it. Machines on other hypervisors are saved by their own means: `virsh save`.",
  },
  "KVM-934": {
    title: "Not enough disk space for a save",
    explanation:
      "A save takes as much as the servers' QEMU processes hold in memory, and a copy of what they wrote on their disks: about 1 GiB, up to 2.5 GiB are asked for beforehand. Where the disk fills up meanwhile, what was written of the save is removed. The lab goes on in either case, and earlier saves stay.",
    fix: "`./lab saves --remove NAME`, `./lab clean`, or a larger disk with `KVMLAB_CACHE`.",
  },
  "KVM-935": {
    title: "Saving failed; the lab goes on",
    explanation:
      "A step of the save failed. The servers were resumed, the incomplete save was removed, and earlier saves are unchanged. Emulated servers are saved while their processors are idle: QEMU cannot restore one whose guest was running at that moment.",
    fix: "Fix what the message says, then save again. If a processor was never idle, end what computes all the time on that server; the save itself pauses a busy guest.",
  },
  "KVM-936": {
    title: "A save is damaged",
    explanation:
      "Every file of a save is compared with its sha256 before anything else is done with it. A file is cut off, changed, missing, or does not belong to it. Nothing was touched: a lab that runs goes on.",
    fix: "Take another save, or copy the exported file again and import it again. `./lab saves --remove NAME` removes the damaged one.",
  },
  "KVM-937": {
    title: "A save does not fit this machine",
    explanation:
      "A saved memory goes on only under a QEMU and a libvirt of the same version (the first two numbers), with the same acceleration and, under KVM, on the same processor. The message names all that differs. Nothing was touched.",
    fix: "Restore it on a machine like the one that saved it, or build the lab here by `./lab up`.",
  },
  "KVM-938": {
    title: "A lab of this stack is there already",
    explanation:
      "A save is restored as the lab that it was. A running lab is replaced only with `--replace`.",
    fix: "`./lab down STACK`, then restore; or `./lab restore NAME --replace`, which ends that lab once the save was found whole and fitting.",
  },
  "KVM-939": {
    title: "The lab was not restored to its end",
    explanation:
      "`./lab restore` or `./lab reset` was killed or failed on the way: the lab's machines and its state do not belong together yet.",
    fix: "Give the same command again: it starts over. Or remove the lab: `./lab down`.",
  },
  "KVM-940": {
    title: "A save could not be restored",
    explanation:
      "The save is whole and fits, but its machines did not resume: the message has libvirt's or the system's own message.",
    fix: "Fix what it says and give the same command again; `./lab down` removes what there is.",
  },
  "KVM-941": {
    title: "The lab has no reset point",
    explanation:
      "`./lab up` keeps the state of a new lab right after it was built, and `./lab restore` the one that was restored; not with `resetPoint: false`, not on another hypervisor than the private one, and not where the disk is too full for it.",
    fix: "`./lab down` and `./lab up` build it again; or save the present state: `./lab save NAME`, later `./lab restore NAME --replace`.",
  },
  "KVM-942": {
    title: "A save could not be exported or imported",
    explanation:
      "`./lab export` did not write this file, or the file is cut off or changed, or it could not be written or unpacked completely. The attempt left nothing; what was there before is unchanged.",
    fix: "Fix what the message says, copy the file again if it is damaged, then give the same command again.",
  },
  "KVM-943": {
    title: "Machines of the lab stand still",
    explanation:
      "A save was interrupted while it held the servers, and they could not be resumed within three minutes.",
    fix: "`./lab down` and `./lab restore` of an earlier save; or look yourself: the message says which machine it is.",
  },
  "KVM-944": {
    title: "An imported save has what no lab has",
    explanation:
      "A save says which programs libvirt starts as root, which files QEMU opens, and which plugins Pulumi runs. `./lab import` looks at all of that, and takes only what a lab of this project has: no hook, no other emulator, no path outside of the lab's own folders, no resource that runs commands on this machine. Nothing was kept.",
    fix: "Do not import this file. If it is from somebody whom you trust, they can export it again with the same version of `./lab`.",
  },
} as const satisfies Record<string, CatalogEntry>;
