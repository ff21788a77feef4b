// @module-tag long
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { freshLab } from "./fresh-lab";
import type { Inside, Server } from "./inside";
import { jsonOf, lab, stack } from "./lab-command";

// Cases of public reports, made on the lab's hosts: what preflight says of each, and that the command which it gives really fixes it.

const preflight = z.object({
  rules: z.array(z.object({ code: z.string(), verdict: z.string(), found: z.string(), fix: z.string() })),
});

let inside: Inside;
beforeAll(async () => {
  inside = await freshLab();
}, 900_000);
afterAll(() => inside?.close());

type Command = readonly [Server, string];

interface Case {
  readonly broken: readonly Command[];
  readonly code: string;
  /** In the message of the rule. */
  readonly found: RegExp;
  /** From what the message says, the commands that fix it. */
  readonly fixedBy: (fix: string) => readonly Command[];
}

/** The commands that a message must have in it, word for word. */
const saying =
  (...commands: readonly Command[]) =>
  (fix: string): readonly Command[] => {
    for (const [, command] of commands) expect(fix).toContain(command);
    return commands;
  };

/** Those that it has between this and the end, or this. */
const between = (server: Server, begin: string, end: string) => (fix: string) => {
  const [, after = ""] = fix.split(begin);
  const [command = ""] = after.split(end);
  expect(command).not.toBe("");
  return [[server, command]] as const;
};

const images = "/var/lib/libvirt/images";

const cases: Readonly<Record<string, Case>> = {
  "a snapshot": {
    broken: [["source", "virsh snapshot-create-as guest NAME"]],
    code: "KVM-662",
    found: /NAME/,
    fixedBy: saying(
      ["source", "virsh snapshot-dumpxml guest NAME > NAME.xml"],
      ["source", "virsh snapshot-delete guest NAME --metadata"],
    ),
  },
  "a checkpoint": {
    broken: [["source", "virsh checkpoint-create-as guest NAME"]],
    code: "KVM-663",
    found: /NAME/,
    fixedBy: saying(
      ["source", "virsh checkpoint-dumpxml guest NAME > NAME.xml"],
      ["source", "virsh checkpoint-delete guest NAME --metadata"],
    ),
  },
  "a copy of a disk that goes on": {
    broken: [["source", `virsh blockcopy guest vda ${images}/guest/copy.qcow2 --transient-job`]],
    code: "KVM-664",
    found: /vda/,
    fixedBy: saying(["source", "virsh blockjob guest vda --abort"]),
  },
  "two hosts of one UUID": {
    broken: [
      [
        "target",
        `sed -i '/^host_uuid/d' /etc/libvirt/libvirtd.conf; echo "host_uuid = \\"$(ssh source virsh capabilities | sed -n 's:.*<uuid>\\(.*\\)</uuid>.*:\\1:p' | head -n 1)\\"" >> /etc/libvirt/libvirtd.conf; systemctl restart libvirtd`,
      ],
    ],
    code: "KVM-665",
    found: /on both: libvirt says/,
    fixedBy: between("target", "on target: ", " (with modular"),
  },
  "a guest on target that has the name": {
    broken: [
      [
        "target",
        "printf '<domain type=\"qemu\"><name>guest</name><memory>65536</memory><os><type>hvm</type></os></domain>' > /tmp/other.xml; virsh define /tmp/other.xml",
      ],
    ],
    code: "KVM-602",
    found: /guest/,
    fixedBy: saying(["target", "virsh undefine guest"]),
  },
  "a serial line that is written to a folder which target lacks": {
    // A new start: no serial line is added to a guest that runs.
    broken: [
      [
        "source",
        [
          "mkdir -p /var/log/lines",
          "virsh dumpxml --inactive guest > /tmp/guest.xml",
          `sed -i "s:</devices>:<serial type='file'><source path='/var/log/lines/guest'/><target port='1'/></serial></devices>:" /tmp/guest.xml`,
          "virsh destroy guest && virsh define /tmp/guest.xml && virsh start guest",
        ].join("; "),
      ],
    ],
    code: "KVM-666",
    found: /\/var\/log\/lines/,
    fixedBy: between("target", "on target: ", ";"),
  },
};

async function verdicts() {
  const result = await lab(["preflight", stack, "--json"], 90);
  return preflight.parse(jsonOf(result)).rules;
}

async function ran(commands: readonly Command[]): Promise<void> {
  for (const [server, command] of commands) await inside.on(server, command, 120);
}

describe("what preflight says of a case of the field is fixed by its own command", () => {
  test("nothing speaks against a move of the lab's guest", async () => {
    expect((await verdicts()).filter(({ verdict }) => verdict === "fail")).toEqual([]);
  });

  test.each(Object.entries(cases))("%s", async (_, { broken, code, found, fixedBy }) => {
    await ran(broken);
    const failed = (await verdicts()).filter(({ verdict }) => verdict === "fail");
    expect(failed.map((rule) => rule.code)).toEqual([code]);
    expect(failed[0]?.found).toMatch(found);
    await ran(fixedBy(failed[0]?.fix ?? ""));
    expect((await verdicts()).filter(({ verdict }) => verdict === "fail")).toEqual([]);
  });

  test("a share with root_squash is no obstacle where QEMU runs as a user of its own, and the guest moves", async () => {
    const exports = "/etc/exports.d/kvm-migration-lab.exports";
    // As Debian's own package has it, and udev gives it KVM; the lab's QEMU runs as root.
    const unprivileged = `chmod 666 /dev/kvm; sed -i 's/^user = .*/user = "libvirt-qemu"/' /etc/libvirt/qemu.conf && systemctl restart libvirtd`;
    await inside.on("source", "virsh destroy guest");
    for (const host of ["source", "target"] as const) await inside.on(host, unprivileged);
    const owner = await inside.on("source", "id -u libvirt-qemu; id -g libvirt-qemu");
    await inside.on("nfs", `chown -R ${owner.trim().split("\n").join(":")} /migration/guest`);
    await inside.on("nfs", `sed -i 's/no_root_squash/root_squash/g' ${exports} && exportfs -ra`);
    await inside.on("source", "virsh start guest", 120);
    expect((await verdicts()).filter(({ verdict }) => verdict === "fail")).toEqual([]);
    await inside.on("source", "virsh migrate --live guest qemu+ssh://target/system", 300);
    expect((await inside.truth()).runningOn).toEqual(["target"]);
  });
});
