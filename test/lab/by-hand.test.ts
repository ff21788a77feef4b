// @module-tag long
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExercise } from "../../course/read-exercises";
import { succeeds, testBeginning, testSteps, type WrongWays } from "./exercise-steps";
import { removeTestLab } from "./fresh-lab";
import { lab, stack } from "./lab-command";
import { noLab } from "./no-lab";
import { wrongWaysOfExperiment } from "./wrong-ways-of-experiment";

// The experiment by hand once more, each time with another part of it: an exercise is its data and its wrong ways. The first one of them is in
// course.test.ts.

const iqn = "iqn.2026-11.test.kvm-migration-lab";
const images = "/var/lib/libvirt/images";
const { names, export: exporting, mount, guest, trust, move } = wrongWaysOfExperiment;

/** What a host logs in by, but for the line that has it do so at each boot. */
const loginSettings = [
  "node.session.auth.authmethod = CHAP",
  "node.session.auth.username = source",
  "node.session.auth.password = only-for-source-1",
];

const exercises: Readonly<Record<string, WrongWays>> = {
  iscsi: {
    names,
    trust,
    // A disk for everybody, with what targetcli takes where nothing is said.
    lun: [
      {
        on: "nfs",
        does: `printf '%s\\n' '/backstores/fileio create guest /migration/guest.img 64M' '/iscsi create ${iqn}:migration' \
'/iscsi/${iqn}:migration/tpg1/luns create /backstores/fileio/guest' '/iscsi/${iqn}:migration/tpg1 set attribute generate_node_acls=1' | targetcli`,
        told: {
          "lun-durable": /only in its memory \(emulate_write_cache: 1\)/,
          "hosts-allowed": /found: 0/,
          chap: /found: (authentication=0|generate_node_acls=1)/,
          "lun-at-boot": /offers nothing/,
        },
        undone:
          "targetcli clearconfig confirm=true; rm -f /migration/guest.img /etc/rtslib-fb-target/saveconfig.json",
      },
    ],
    // Logged in, and only until the next boot.
    login: [
      {
        on: "source",
        does: `cp /etc/iscsi/iscsid.conf /etc/iscsi/initiatorname.iscsi /tmp/
echo InitiatorName=${iqn}:source > /etc/iscsi/initiatorname.iscsi
printf '%s\\n' ${loginSettings.map((line) => `'${line}'`).join(" ")} >> /etc/iscsi/iscsid.conf
systemctl start iscsid.socket
iscsiadm -m discovery -t sendtargets -p 10.77.0.2 && iscsiadm -m node --login`,
        told: { "boot-source": /forgets the login at the next boot \(node\.startup = manual\)/ },
        undone: `iscsiadm -m node --logout; iscsiadm -m node -o delete; systemctl stop iscsid.socket iscsid
cp /tmp/iscsid.conf /tmp/initiatorname.iscsi /etc/iscsi/`,
      },
    ],
    guest: [
      {
        on: "source",
        does: "sed 's|/dev/disk/by-path/[^\"]*|/dev/sda|' /root/guest/guest.xml > /tmp/sda.xml; virsh define /tmp/sda.xml",
        told: {
          "disk-on-lun": /no file system on the LUN/,
          "lasting-path": /not a block device by a lasting path \(found: \/dev\/sda\)/,
        },
        undone: "virsh undefine guest",
      },
    ],
    move,
  },
  dns: {
    // Addresses only: such a line makes no reverse record.
    server: [
      {
        on: "nfs",
        does: `printf 'address=/%s.lab.internal/%s\\n' nfs 10.77.0.2 source 10.77.0.3 target 10.77.0.4 > /etc/dnsmasq.conf
systemctl start dnsmasq`,
        told: { "dns-at-boot": /not started at boot/, reverse: /does not know the name of each address/ },
        undone: "systemctl stop dnsmasq; rm /etc/dnsmasq.conf",
      },
    ],
    // Without what completes a short name, and on the hosts file in its place.
    resolver: [
      {
        on: "source",
        does: "echo nameserver 10.77.0.2 > /etc/resolv.conf",
        told: { "asks-source": /\(nfs: -\)/ },
        undone: ": > /etc/resolv.conf",
      },
      {
        on: "target",
        does: "printf '%s\\n' '10.77.0.2 nfs' '10.77.0.3 source' '10.77.0.4 target' >> /etc/hosts",
        told: { "asks-target": /\(\/etc\/hosts: 10\.77\.0\.2 nfs\)/ },
        undone: "sed -i '/^10\\.77/d' /etc/hosts",
      },
    ],
    export: exporting,
    mount,
    guest,
    trust,
    move,
  },
  glusterfs: {
    names,
    pool: [
      {
        on: "nfs",
        does: "systemctl start glusterd",
        told: { "pool-nfs": /peers: 0/, "glusterd-boot-nfs": /does not start glusterd at boot/ },
        undone: "systemctl stop glusterd",
      },
    ],
    // Three copies, and all of them are lost with one server.
    volume: [
      {
        on: "nfs",
        does: "gluster --mode=script volume create migration replica 3 10.77.0.2:/migration/a 10.77.0.2:/migration/b 10.77.0.2:/migration/c force",
        told: { "three-copies": /: 3, 1\)/, "for-machines": /may hold back/, "brick-nfs": /No brick/ },
        undone:
          "gluster --mode=script volume delete migration; rm -rf /migration/a /migration/b /migration/c",
      },
    ],
    mount: [
      {
        on: "source",
        does: `mount -t glusterfs 10.77.0.2:/migration ${images}`,
        told: { "fstab-source": /At a boot source does not mount it/ },
        undone: `umount ${images}`,
      },
    ],
    guest,
    trust,
    move,
  },
};

describe.each(Object.entries(exercises))("the exercise %s", (name, wrongWays) => {
  beforeAll(async () => {
    await noLab();
    await succeeds(["exercise", "start", name, "--lab", stack, "--lang", "en"], 1_500);
  });
  afterAll(removeTestLab);

  testBeginning();
  testSteps(readExercise(name), wrongWays);

  if (name !== "dns")
    test("its storage is not taken over", async () => {
      const result = await lab(["up", stack, "-c", "start=ready", "-c", `storage=${name}`], 300);
      expect([result.exitCode, result.stderr]).toEqual([1, expect.stringContaining("KVM-960")]);
    });
  else
    test("what was done by hand is taken over, and the guest stays where it is", async () => {
      const settings = ["start=ready", "names=dns", "guestRunsOn=target"].flatMap((one) => ["-c", one]);
      await succeeds(["up", stack, ...settings, "--json"], 600);
      const found = await lab(["ssh", "target", "virsh domstate guest; cat /etc/hosts"]);
      expect(found.stdout).toContain("running");
      expect(found.stdout).not.toMatch(/nfs|source/);
    });
});
