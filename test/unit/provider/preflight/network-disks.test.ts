import { describe, expect, test } from "vitest";
import { evaluate } from "../../../../provider/preflight/evaluate";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { askedOfBoth, askedOfTarget } from "../../../../provider/preflight/facts/network-disks";
import { diskBy, iscsiAnswers, iscsiDisk, lacking } from "./network-samples";
import { behindNetwork, device, withDefinition } from "./sample-changes";
import { codes, facts, found, guestOnSource } from "./sample-facts";
import * as texts from "./sample-texts";

const disksOf = (...elements: readonly string[]) =>
  guestOnSource({ definition: texts.definition({ devices: elements.join("") }) }).definition?.disks ?? [];
const fixOf = (code: string, changed: Partial<MoveFacts>) =>
  evaluate(facts(changed)).evaluations.find((one) => one.code === code)?.fix ?? "";

describe("what is asked, by the definition alone", () => {
  const nbd = diskBy("nbd", "second", "<host name='disks' port='10810'/>");
  test.each<readonly [string, string, readonly string[]]>([
    [
      "iscsi",
      iscsiDisk,
      ["name disks", "driver iscsi", "server disks 3260", "secret usage iscsi kvmlab-second"],
    ],
    ["nbd, which greets", nbd, ["name disks", "driver nbd", "server disks 10810 NBDMAGIC"]],
    [
      "nbd by TLS",
      diskBy("nbd", "x", "<host name='d'/>").replace("protocol='nbd'", "protocol='nbd' tls='yes'"),
      ["name d", "driver nbd", "server d 10809 NBDMAGIC", "tls /etc/libvirt/qemu.conf"],
    ],
    [
      "rbd with monitors and a user",
      diskBy(
        "rbd",
        "pool/image",
        "<host name='mon1' port='6789'/><host name='mon2'/><snapshot name='s'/><auth username='me'><secret type='ceph' uuid='8f6f6a0e-7c0e-8f6e-9a4f-4b7f6f0a2f11'/></auth>",
      ),
      [
        "name mon1",
        "name mon2",
        "driver rbd",
        "server mon1 6789",
        "server mon2 3300",
        "server mon2 6789",
        "secret uuid 8f6f6a0e-7c0e-8f6e-9a4f-4b7f6f0a2f11",
      ],
    ],
    [
      "rbd by the host's own files",
      diskBy("rbd", "pool/image", ""),
      ["cluster /etc/ceph/ceph.conf", "keyrings /etc/ceph", "driver rbd"],
    ],
    [
      "gluster on two servers",
      diskBy("gluster", "volume/a.img", "<host name='g1' port='24007'/><host name='g2'/>"),
      ["name g1", "name g2", "driver gluster", "server g1 24007", "server g2 24007"],
    ],
    ["https", diskBy("https", "a.iso", "<host name='w'/>"), ["name w", "driver https", "server w 443"]],
    ["ssh", diskBy("ssh", "/a.img", "<host name='s'/>"), ["name s", "driver ssh", "server s 22"]],
    ["nfs", diskBy("nfs", "/a.img", "<host name='s'/>"), ["name s", "driver nfs", "server s 2049"]],
    [
      "a file that is built upon one of a server, and encrypted",
      "<disk type='file' device='disk'><source file='/i/a.qcow2'><encryption format='luks'><secret type='passphrase' usage='/i/a.qcow2'/></encryption></source><backingStore type='network'><format type='raw'/><source protocol='nbd' name='base'><host name='disks' port='10809'/></source><backingStore/></backingStore><target dev='vdb'/></disk>",
      ["name disks", "driver nbd", "server disks 10809 NBDMAGIC", "secret usage volume /i/a.qcow2"],
    ],
    ["a file", "", []],
  ])("%s", (_protocol, element, asked) => {
    expect([...askedOfTarget(disksOf(element))].sort()).toEqual([...asked].sort());
    const shared = asked.filter((question) => /^(name|cluster|keyrings) /.test(question));
    expect([...askedOfBoth(disksOf(element))].sort()).toEqual([...shared].sort());
  });
});

test("the firmware's variables on a server are as a disk there", () => {
  const os = `<nvram type='network'><source protocol='iscsi' name='iqn.2026-11.test:nvram/0'><host name='disks' port='3260'/></source></nvram>`;
  const { disks = [] } = guestOnSource({ definition: texts.definition({ os }) }).definition ?? {};
  expect(disks.at(-1)).toMatchObject({ name: "nvram", kind: "network", device: "disk" });
  expect(askedOfTarget(disks)).toEqual(["name disks", "driver iscsi", "server disks 3260"]);
  const moved = {
    ...behindNetwork("", iscsiAnswers.replace("10.77.0.2", "10.77.0.9"), iscsiAnswers),
    ...withDefinition({ os }),
  };
  expect(codes(moved)).toEqual(["KVM-621"]);
});

describe("a disk behind the network", () => {
  test("that the target reaches as the source does moves, and it is told where its server is", () => {
    const sound = behindNetwork(iscsiDisk, iscsiAnswers);
    expect(codes(sound)).toEqual([]);
    expect(found("KVM-621", sound)).toContain(
      "vdb: iscsi:iqn.2026-11.test.disks:second/0, disks is 10.77.0.2 on both hosts",
    );
    expect(found("KVM-480", sound)).toBe("/usr/bin/qemu-system-x86_64: iscsi: there");
    expect(found("KVM-481", sound)).toContain(
      "iscsi iqn.2026-11.test.disks:second/0 at disks:3260 answers target",
    );
    expect(found("KVM-482", sound)).toBe("the secret for iscsi kvmlab-second has a value on target");
  });

  test.each<readonly [string, string, string, string]>([
    [
      "another server by the same name",
      "10.77.0.9",
      "10.77.0.2",
      "disks is 10.77.0.2 on source, and 10.77.0.9 on target",
    ],
    [
      "each host's own loopback",
      "127.0.1.1",
      "127.0.1.1",
      "disks is 127.0.1.1, where each host finds itself",
    ],
    ["no IPv4 in common", "fd00::2", "10.77.0.2", "disks is 10.77.0.2 on source, and fd00::2 on target"],
  ])("%s is refused", (_what, there, here, words) => {
    const answers = iscsiAnswers.replace("10.77.0.2", there);
    const changed = behindNetwork(iscsiDisk, answers, `name disks = ${here}\n`);
    expect(codes(changed)).toEqual(["KVM-621"]);
    expect(found("KVM-621", changed)).toContain(words);
  });

  test("whose server has an IPv6 address that only one host is told is the same one", () => {
    expect(
      codes(behindNetwork(iscsiDisk, `name disks = fd00::2\n${iscsiAnswers}`, "name disks = 10.77.0.2\n")),
    ).toEqual([]);
  });

  test("whose server target does not resolve is refused, and by nothing else", () => {
    const lost = behindNetwork(
      iscsiDisk,
      "server disks 3260 = 1 Name or service not known\n",
      "name disks = 10.77.0.2\n",
    );
    expect(codes(lost)).toEqual(["KVM-621"]);
    expect(fixOf("KVM-621", lost)).toMatch(/^on target: getent hosts disks/);
  });

  test.each([
    [
      "a socket",
      diskBy("nbd", "x", "<host transport='unix' socket='/run/nbd.sock'/>"),
      "socket /run/nbd.sock, which is source's own",
    ],
    [
      "rdma",
      diskBy("gluster", "v/a", "<host name='g' port='24007' transport='rdma'/>"),
      "is reached by rdma",
    ],
    ["tftp, which is no TCP", diskBy("tftp", "a", "<host name='g'/>"), "is reached by tftp"],
    ["a gateway of each host's own", diskBy("sheepdog", "a", ""), "names no server"],
  ])("by %s is refused, because nothing proves it", (_what, element, words) => {
    const changed = behindNetwork(element, "name g = 10.77.0.2\n");
    expect(codes(changed)).toEqual(["KVM-621"]);
    expect(found("KVM-621", changed)).toContain(words);
  });

  test("is told what its server said to target", () => {
    expect(found("KVM-481", lacking("server", "1 Connection refused")[0])).toContain(
      "vdb: iscsi iqn.2026-11.test.disks:second/0 at disks:3260 does not answer target: disks:3260 is closed (Connection refused)",
    );
  });

  test("of an NBD server with as many clients as it takes is told to raise its limit", () => {
    const nbd = diskBy("nbd", "second", "<host name='disks' port='10809'/>");
    const full = behindNetwork(nbd, "name disks = 10.77.0.2\nserver disks 10809 NBDMAGIC = 3 \n");
    expect(codes(full)).toEqual(["KVM-481"]);
    expect(found("KVM-481", full)).toContain("takes a connection of target and does not greet it");
    expect(fixOf("KVM-481", full)).toContain("qemu-nbd --shared=2");
  });

  test("on several servers moves when one of them answers", () => {
    const gluster = diskBy("gluster", "v/a", "<host name='g1'/><host name='g2'/>");
    const names = "name g1 = 10.77.0.2\nname g2 = 10.77.0.3\n";
    const one = behindNetwork(gluster, `${names}server g1 24007 = 1 No route to host\nserver g2 24007 = 0\n`);
    expect(codes(one)).toEqual([]);
  });

  test.each([
    [
      "is not defined",
      "1 Secret not found: no secret with matching usage",
      /^on source: virsh secret-dumpxml/,
    ],
    [
      "has no value",
      "1 Secret not found: secret '1' does not have a value",
      /^on target: virsh secret-set-value/,
    ],
  ])("whose secret %s on target is refused", (state, answer, fix) => {
    const [changed] = lacking("secret", answer);
    expect(codes(changed)).toEqual(["KVM-482"]);
    expect(found("KVM-482", changed)).toContain(`the secret for iscsi kvmlab-second ${state} on target`);
    expect(fixOf("KVM-482", changed)).toMatch(fix);
  });

  test("whose secret is private is let go: nobody is told whether it has a value", () => {
    expect(codes(lacking("secret", "1 Invalid secret: secret is private")[0])).toEqual([]);
  });

  test("of Ceph by the hosts' own files is the same one in the same cluster, with the same keys", () => {
    const rbd = diskBy("rbd", "pool/image", "");
    const cluster = (id: string) =>
      `cluster /etc/ceph/ceph.conf = fsid ${id}\ncluster /etc/ceph/ceph.conf = mon_host 10.77.0.2\n`;
    const keyring = "keyrings /etc/ceph = /etc/ceph/ceph.client.admin.keyring\n";
    expect(codes(behindNetwork(rbd, cluster("a") + keyring))).toEqual([]);
    expect(codes(behindNetwork(rbd, cluster("b"), cluster("a")))).toEqual(["KVM-621"]);
    expect(codes(behindNetwork(rbd, "", cluster("a")))).toEqual(["KVM-621"]);
    expect(codes(behindNetwork(rbd, cluster("a"), cluster("a") + keyring))).toEqual(["KVM-482"]);
  });

  test("of Ceph with a user needs no keyring, wherever libvirt has the user", () => {
    const rbd = diskBy("rbd", "pool/image", "<host name='m'/>");
    const auth = "<auth username='me'><secret type='ceph' uuid='1'/></auth>";
    for (const element of [
      rbd.replace("<source", `${auth}<source`),
      rbd.replace("</source>", `${auth}</source>`),
    ])
      expect(askedOfBoth(disksOf(element))).toEqual(["name m"]);
    expect(askedOfBoth(disksOf(rbd))).toContain("keyrings /etc/ceph");
  });

  test("by TLS needs the authority's certificate on target", () => {
    const tls = diskBy("nbd", "x", "<host name='disks'/>").replace("'nbd'", "'nbd' tls='yes'");
    const answers = "name disks = 10.77.0.2\nserver disks 10809 NBDMAGIC = 0\n";
    expect(codes(behindNetwork(tls, `${answers}tls /etc/libvirt/qemu.conf = there /etc/pki/qemu\n`))).toEqual(
      [],
    );
    const lacks = behindNetwork(tls, `${answers}tls /etc/libvirt/qemu.conf = missing /etc/pki/qemu\n`);
    expect(found("KVM-482", lacks)).toContain("/etc/pki/qemu/ca-cert.pem");
  });

  test("names files of its host, which target must have", () => {
    const rbd = diskBy("rbd", "pool/image", "<host name='m'/><config file='/etc/ceph/lab.conf'/>");
    expect(codes(behindNetwork(rbd, "name m = 10.77.0.2\n"))).toEqual(["KVM-623"]);
  });

  test("is safe whatever its cache mode, as libvirt has it, but for what a client would never write out", () => {
    const cached = (protocol: string, cache: string) =>
      codes(
        behindNetwork(
          diskBy(protocol, "v/a", "<host name='disks' port='1'/>", `cache='${cache}'`),
          "name disks = 10.77.0.2\n",
        ),
      );
    for (const protocol of ["nbd", "iscsi", "gluster", "rbd"])
      expect(cached(protocol, "writeback")).toEqual([]);
    expect(cached("nbd", "unsafe")).toEqual([]);
    expect(cached("gluster", "unsafe")).toEqual(["KVM-622"]);
  });

  test("in a drive moves where target reaches it, too, and else is a thing of the host's own", () => {
    const medium = diskBy("http", "/a.iso", "<host name='w'/>").replace("'disk'", "'cdrom'");
    const answers = "name w = 10.77.0.2\nserver w 80 = 0\n";
    expect(codes(behindNetwork(medium, answers))).toEqual([]);
    expect(codes(behindNetwork(medium, answers, "name w = 10.77.0.9\n"))).toEqual(["KVM-638"]);
  });

  test("that was not looked at is not let go", () => {
    expect(codes(device(iscsiDisk))).toEqual(["KVM-621"]);
  });
});
