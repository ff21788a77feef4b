import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** Codes KVM-950 to KVM-969: bare labs, exercises and hand-ins. See docs/reference/errors.md, generated from here. */
export const courseErrors = {
  "KVM-950": {
    title: "A lab that is set up is not made bare",
    explanation:
      "`start: bare` is how a lab begins. In one that is set up the engine would remove the guest and leave everything else as it is.",
    fix: "`./lab down NAME`, then `./lab up NAME` builds a bare lab. Or keep it set up: `-c start=ready`.",
  },
  "KVM-951": {
    title: "There is no such exercise, or no such step of it",
    explanation: "An exercise is a folder in `course/exercises/`; its steps have names.",
    fix: "`./lab exercise list` shows the exercises, `./lab exercise show` the steps of the one that was started.",
  },
  "KVM-952": {
    title: "No exercise was started in this lab",
    explanation:
      "`./lab check`, `./lab hint` and `./lab solve` are about the exercise that the lab was started for.",
    fix: "`./lab exercise start NAME`",
  },
  "KVM-953": {
    title: "The lab does not begin as the exercise does",
    explanation:
      "An exercise says which settings its lab begins with. A lab that is there and has others would make its checks mean something else.",
    fix: "Take another lab with `--lab`, or remove this one first: `./lab down NAME`.",
  },
  "KVM-954": {
    title: "An exercise is not written as it must be",
    explanation:
      "`exercise.yaml` is checked against a schema, and its texts may name only values that a lab has.",
    fix: "Correct the file that the message names; docs/how-to/exercises.md has all keys and values.",
  },
  "KVM-955": {
    title: "A command of a step's solution failed",
    explanation:
      "`./lab solve` types the commands of the solution one after the other, and stops at the first one that fails. Something else than the exercise expects is on that server.",
    fix: "Look at what the command says; `./lab reset NAME` returns the lab to where it was built.",
  },
  "KVM-956": {
    title: "A bare lab has no guest that this command could move",
    explanation:
      "In a bare lab the guest belongs to whoever sets it up: the lab neither knows it nor moves it. `./lab measure` and `./lab experiment` would have to set up the lab first, and that is the student's work.",
    fix: "`./lab up NAME -c start=ready` takes over what was set up by hand and does the rest; then the same command again.",
  },
  "KVM-957": {
    title: "A step is not done by its solution",
    explanation:
      "`./lab catch-up` types the solutions of the steps before, and looks at their checks before it keeps a state. The lab is not what the exercise expects, or a check is too strict.",
    fix: "`./lab check` says what is missing. `./lab catch-up STEP` begins again, from the last step whose state was kept.",
  },
  "KVM-958": {
    title: "There is nothing to grade",
    explanation:
      "`./lab grade` reads a folder or a zip of hand-ins, as Moodle's *Download all submissions* writes it, and with `--keys` a list of public keys.",
    fix: "Name the folder or the zip itself, and download it again if it cannot be read. What is wrong with one student's file is no error: it stands in that student's row.",
  },
  "KVM-959": {
    title: "The key that a lab signs hand-ins with cannot be used",
    explanation:
      "`hand-in-key` in the lab's folder is made by the first `./lab submit`. It is there, and is no ed25519 key.",
    fix: "Remove the file that the message names: the next `./lab submit` makes another key. A teacher who has a list of keys needs the new one.",
  },
  "KVM-960": {
    title: "A LUN or a volume that was made by hand is not taken over",
    explanation:
      "`start: ready` takes over a bare lab whose storage is NFS: its files stay where they are. With iSCSI the lab would write a new disk onto the LUN that the guest runs on, and with GlusterFS its pool would be another one than that which was made by hand.",
    fix: "Leave the lab bare. For one that is set up: `./lab down NAME`, then `./lab up NAME -c start=ready`.",
  },
  "KVM-967": {
    title: "virt-manager is not installed here",
    explanation:
      "`./lab virt-manager` opens the virt-manager of this machine. It is a program for desktops, and the lab installs none.",
    fix: "`apt-get install virt-manager`. Without it, `./lab virt-manager --print` shows what virsh and programs of libvirt reach the hosts by.",
  },
} as const satisfies Record<string, CatalogEntry>;
