// @module-tag long
import { afterAll, beforeAll, describe } from "vitest";
import { readExercise } from "../../course/read-exercises";
import { succeeds, testBeginning, testSteps, type WrongWays } from "./exercise-steps";
import { removeTestLab } from "./fresh-lab";
import { stack } from "./lab-command";
import { noLab } from "./no-lab";

// Exercises in a lab that is set up, one after the other in the same lab: an exercise is its data and its wrong ways. That on bare servers
// is in course.test.ts.

const images = "/var/lib/libvirt/images";
const takeOver = `virsh dumpxml --inactive guest > /tmp/guest.xml; virsh destroy guest; scp -q /tmp/guest.xml target:/tmp/`;

/** The guest's own files. */
const files = `${images}/guest`;
const copyDisk = `cp --sparse=always ${files}/disk.qcow2 ${files}/exam.qcow2`;

/** libvirt knows figures of a move, too. */
const askedLibvirt = "virsh domjobinfo guest --completed || true";

const exercises: Readonly<Record<string, WrongWays>> = {
  rules: {
    names: [
      {
        on: "source",
        does: "echo 10.77.0.9 target >> /etc/hosts",
        told: { "source-knows-target": /does not lead to 10\.77\.0\.4 \(found: 10\.77\.0\.9\)/ },
        undone: "sed -i '/^10\\.77\\.0\\.9 /d' /etc/hosts",
      },
    ],
    name: [
      {
        on: "target",
        does: "virsh start guest",
        told: { "name-free": /has another guest of the name guest/ },
        undone: "virsh destroy guest",
      },
    ],
    storage: [
      {
        on: "target",
        does: `mount -t tmpfs none ${images}`,
        told: { "same-share": /found: tmpfs none/ },
        undone: `umount ${images}`,
      },
    ],
    processor: [
      {
        on: "source",
        does: "virsh migrate --live --unsafe guest qemu+ssh://target/system || true",
        told: { "nx-on-target": /no NX bit/, "same-vendor": /of two vendors \(AuthenticAMD, GenuineIntel\)/ },
      },
    ],
    move: [
      {
        on: "source",
        does: `${takeOver}; ssh target 'virsh define /tmp/guest.xml && virsh start guest'`,
        told: { "moved-live": /not .* by a live move \(found: running \(booted\)\)/ },
        undone: "ssh target 'virsh destroy guest; virsh undefine guest'; virsh start guest",
      },
    ],
  },
  measure: {
    baseline: [{ on: "target", does: askedLibvirt, told: { measured: /no measured move without a limit/ } }],
    limit: [
      {
        on: "target",
        does: "virsh migrate-setspeed guest 8 || true",
        told: { "measured-limit": /no measured move with a limit/ },
        undone: "virsh migrate-setspeed guest 8796093022207 || true",
      },
    ],
    load: [{ on: "source", does: askedLibvirt, told: { "measured-load": /that writes to its memory/ } }],
  },
  modes: {
    "pre-copy": [
      {
        // Without load and limit it comes to its end.
        on: "source",
        does: "virsh migrate --live guest qemu+ssh://target/system",
        told: { "did-not-end": /begun: 1, given up: 0/ },
        undone: "ssh target virsh migrate --live guest qemu+ssh://source/system",
      },
    ],
    "post-copy": [
      {
        on: "source",
        does: "virsh migrate --live --postcopy --postcopy-after-precopy guest qemu+ssh://target/system",
        told: { "measured-post-copy": /no measured move by post-copy/ },
        undone: "ssh target virsh migrate --live guest qemu+ssh://source/system",
      },
    ],
    "auto-converge": [
      {
        on: "target",
        does: "virsh migrate --live --auto-converge guest qemu+ssh://source/system",
        told: { "measured-auto-converge": /no measured move with auto-converge/ },
        undone: "ssh source virsh migrate --live guest qemu+ssh://target/system",
      },
    ],
  },
  drain: {
    "by-hand": [
      {
        on: "source",
        does: "virsh managedsave db",
        told: { "one-left": /db has not left source by a move \(found: db: saved\)/ },
        undone: "virsh start db",
      },
    ],
    empty: [
      {
        on: "source",
        does: "virsh suspend guest",
        told: { "all-left": /found: guest: is still there/ },
        undone: "virsh resume guest",
      },
    ],
    service: [
      {
        on: "source",
        does: "systemctl restart libvirtd",
        told: { "restarted-empty": /was not restarted .*\(source: up for \d+ s/ },
      },
    ],
    home: [
      {
        // Its service stands still between the two.
        on: "target",
        does: `virsh save guest ${images}/home.save && ssh source virsh restore ${images}/home.save`,
        told: { "home-again": /found: guest: running \(restored\)/ },
        undone: `ssh source virsh migrate --live guest qemu+ssh://target/system && rm ${images}/home.save`,
      },
    ],
  },
  save: {
    save: [
      {
        // The disk first, while the guest writes to it.
        on: "source",
        does: `${copyDisk}; virsh save guest ${files}/exam.save; virsh restore ${files}/exam.save`,
        told: { "disk-copied": /exam\.qcow2 is older than the memory/ },
        undone: `rm ${files}/exam.save ${files}/exam.qcow2`,
      },
    ],
    break: [
      {
        on: "source",
        does: "virsh destroy guest && virsh start guest",
        told: { broken: /last in the log: destroyed/ },
      },
    ],
    restore: [
      {
        on: "source",
        does: `cp --sparse=always ${files}/exam.qcow2 ${files}/disk.qcow2; virsh start guest`,
        told: { restored: /not brought back .*\(found: running \(booted\)\)/ },
        undone: "virsh destroy guest",
      },
    ],
  },
  "virt-manager": {
    connect: [
      { on: "source", does: "virsh list --all", told: { reached: /no connections from after the exercise/ } },
    ],
    move: [
      {
        on: "source",
        does: `${takeOver}; ssh target 'virsh define /tmp/guest.xml && virsh start guest'`,
        told: { "moved-away": /did not leave source by a move .*: destroyed\)/ },
        undone: "ssh target 'virsh destroy guest; virsh undefine guest'; virsh start guest",
      },
    ],
    back: [
      {
        on: "target",
        does: `${takeOver.replace("target:", "source:")}; ssh source 'virsh define /tmp/guest.xml && virsh start guest'`,
        told: { "moved-back": /did not leave target by a move .*: destroyed\)/ },
        undone: "ssh source 'virsh destroy guest; virsh undefine guest'; virsh start guest",
      },
    ],
  },
};

// Also where one of them is run alone.
beforeAll(noLab);
afterAll(removeTestLab);

describe.each(Object.entries(exercises))("the exercise %s", (name, wrongWays) => {
  beforeAll(async () => {
    await succeeds(["exercise", "start", name, "--lab", stack, "--lang", "en"], 900);
  });

  testBeginning();
  testSteps(readExercise(name), wrongWays);
});
