import { describe, expect, test } from "vitest";
import { catalog } from "../../../../provider/errors/catalog";
import { rules } from "../../../../provider/preflight";
import { evaluate } from "../../../../provider/preflight/evaluate";
import { parseVolumes } from "../../../../provider/preflight/facts/mounted-volumes";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { silentStorage } from "../../../../provider/preflight/facts/storage-facts";
import { lacking } from "./network-samples";
import {
  cdrom,
  clocks,
  contents,
  custom,
  device,
  disk,
  everything,
  offline,
  onFileSystem,
  onSource,
  onTarget,
  targetStorage,
  tpmState,
  variables,
  withDefinition,
} from "./sample-changes";
import { codes, facts, found, guestOnSource, storageOf, way } from "./sample-facts";
import * as texts from "./sample-texts";

const { guestFolder, uuid } = texts;
const otherUuid = uuid.replace(/^.{8}/, "11111111");
test("nothing speaks against a sound move, and every rule has looked", () => {
  const { evaluations, failures, waived } = evaluate(facts());
  expect(failures).toEqual([]);
  expect(waived).toEqual([]);
  expect(evaluations.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(evaluations).toHaveLength(rules.length);
});

test("each rule has a name and a code of its own, and docs know it", () => {
  expect(new Set(rules.map(({ code }) => code)).size).toBe(rules.length);
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  for (const { code } of rules) expect(catalog[code].title).not.toBe("");
});

/** A file on the share that is cached by nobody. */
const onShare = `<driver name='qemu' type='qcow2' cache='none'/><source file='${texts.disk}'/>`;
const vnc = (address: string, port: string) =>
  `<graphics type='vnc' ${port} listen='${address}'><listen type='address' address='${address}'/></graphics>`;

type Case = readonly [what: string, changed: Partial<MoveFacts>, code: string];

const refused: Case[] = [
  ["another share on target", targetStorage({ tokens: `absent ${guestFolder}\n` }), "KVM-621"],
  ["no folder on target", targetStorage({ tokens: `no folder ${guestFolder}\n` }), "KVM-621"],
  ["a share that is gone", { storage: { ...facts().storage, source: silentStorage } }, "KVM-621"],
  [
    "a volume of a pool",
    device("<disk type='volume' device='disk'><source pool='p' volume='v'/></disk>"),
    "KVM-621",
  ],
  [
    "a volume without its bricks",
    {
      storage: {
        ...facts().storage,
        target: {
          ...storageOf(),
          volumes: parseVolumes(`path ${texts.disk}\nmounted nfs:/v /\nbrick down a:/b\n`),
        },
      },
    },
    "KVM-646",
  ],
  [
    "a cached disk on a local file system",
    { ...disk("<driver type='qcow2'/>"), storage: onFileSystem("ext4") },
    "KVM-622",
  ],
  ["cache='unsafe'", disk("<driver type='qcow2' cache='unsafe'/>"), "KVM-622"],
  [
    "a backing file of another host",
    targetStorage({ [`chain ${texts.disk}`]: "qemu-img: Could not open 'base.qcow2'\n" }),
    "KVM-623",
  ],
  ["a disk of another format", disk("<driver type='qed' cache='none'/>"), "KVM-623"],
  [
    "no kernel on target",
    targetStorage({ files: `-erw ${texts.emulator}\n-erw ${texts.disk}\n-erw ${guestFolder}/initrd.img\n` }),
    "KVM-623",
  ],
  ["no driver on target", ...lacking("driver", "Unknown driver 'iscsi'"), "KVM-480"],
  ["a portal that target does not reach", ...lacking("server", "124"), "KVM-481"],
  ["a portal that target has no program to try", ...lacking("server", "127"), "KVM-481"],
  ["no secret on target", ...lacking("secret", "1 Secret not found: no secret"), "KVM-482"],
  ["another vendor", onTarget({ kernel: texts.kernel({ vendor: "GenuineIntel" }) }), "KVM-624"],
  [
    "an older model",
    onTarget({ kernel: texts.kernel({ flags: "fpu de pse tsc msr pae nx lm svm" }) }),
    "KVM-625",
  ],
  [
    "a model that target cannot give",
    {
      ...withDefinition({ cpu: custom }),
      cpuComparison: { compatible: false, missing: ["sha-ni"], words: "no" },
    },
    "KVM-625",
  ],
  [
    "a 32-bit target",
    onTarget({ capabilities: texts.capabilities().replace("<arch>x86_64", "<arch>i686") }),
    "KVM-626",
  ],
  [
    "NX off on target",
    onTarget({ kernel: texts.kernel({ flags: "fpu de pse tsc msr pae lm svm aes" }) }),
    "KVM-627",
  ],
  [
    "the name taken on target",
    {
      ...onTarget({ domains: "11111111-2222-8333-8444-555555555555 guest\n" }),
      onTarget: { state: "shut off" },
    },
    "KVM-602",
  ],
  [
    "the guest paused on target too",
    { ...onTarget({ domains: `${uuid} guest\n` }), onTarget: { state: "paused" } },
    "KVM-602",
  ],
  ["the UUID taken on target", onTarget({ domains: `${uuid} clone\n` }), "KVM-628"],
  [
    "the new name taken on target",
    { guest: uuid, newName: "mail", ...onTarget({ domains: `${otherUuid} mail\n` }) },
    "KVM-602",
  ],
  [
    "a namesake on target of a guest that is given by its UUID",
    { guest: uuid, ...onTarget({ domains: `${otherUuid} guest\n` }) },
    "KVM-602",
  ],
  [
    "its own definition left on target under an earlier name",
    {
      guest: uuid,
      newName: "mail",
      ...onTarget({ domains: `${uuid} guest\n` }),
      onTarget: { state: "shut off" },
    },
    "KVM-628",
  ],
  [
    "another guest that runs on target with the disk",
    onTarget({ domains: `${otherUuid} twin\n`, disks: texts.disksOf("twin", 1) }),
    "KVM-645",
  ],
  [
    "one that stands still on source with the disk",
    onSource({ domains: `${uuid} guest\n${otherUuid} twin\n`, disks: texts.disksOf("twin", 3) }),
    "KVM-645",
  ],
  ["no KVM on target", withDefinition({ type: "kvm" }), "KVM-629"],
  [
    "another hypervisor on target",
    onTarget({ version: texts.version().replace("hypervisor: QEMU", "hypervisor: Xen") }),
    "KVM-629",
  ],
  ["an older QEMU on target", onTarget({ version: texts.version("7.1.0") }), "KVM-630"],
  ["an older libvirt on target", onTarget({ version: texts.version("7.2.9", "8.10.0") }), "KVM-630"],
  ["an unknown machine type", withDefinition({ machine: "pc-q35-8.0" }), "KVM-648"],
  ["target not resolved", onSource({ other: "" }), "KVM-611"],
  ["source not resolved", onTarget({ other: "" }), "KVM-611"],
  [
    "target's name leads to another machine",
    {
      ...onSource({ other: texts.getent("10.77.0.99", "target") }),
      reach: way({ ssh: "0\nlibvirt-is-there\n" }),
    },
    "KVM-631",
  ],
  [
    "target's name leads to a machine of the same address",
    { reach: way({ ssh: "0\nboot-is-another\nlibvirt-is-there\n" }) },
    "KVM-631",
  ],
  [
    "ports that source has no program to try",
    { reach: way({ ports: "49152 127 neither bash nor perl is there to try it\n" }) },
    "KVM-634",
  ],
  [
    "a login on target that prints something, which libvirt would take for its own",
    {
      reach: way({
        ssh: "0\nprinted-before Welcome\ncommand-begins\nboot-is-boot-of-target\nlibvirt-is-there\n",
      }),
    },
    "KVM-635",
  ],
  ["target takes source for itself", onTarget({ other: texts.getent("127.0.1.1", "source") }), "KVM-631"],
  [
    "libvirt's name of target unknown",
    { ...onTarget({ hostname: "kvm7\n" }), migrationNameResolvesTo: [] },
    "KVM-632",
  ],
  [
    "libvirt's name of target leads back",
    { ...onTarget({ "qemu.conf": 'migration_host = "kvm7"\n' }), migrationNameResolvesTo: ["10.77.0.11"] },
    "KVM-632",
  ],
  ["target calls itself localhost", onTarget({ hostname: "localhost\n" }), "KVM-632"],
  ["too little memory", onTarget({ kernel: texts.kernel({ availableKiB: 150_000 }) }), "KVM-633"],
  [
    "too few huge pages",
    withDefinition({ memoryBacking: "<memoryBacking><hugepages/></memoryBacking>" }),
    "KVM-633",
  ],
  ["a firewall", { reach: way({ ports: "49152 124 \n49215 1 No route to host\n" }) }, "KVM-634"],
  ["an unknown host key", { reach: way({ ssh: "255\nHost key verification failed.\n" }) }, "KVM-635"],
  ["no libvirt behind SSH", { reach: way({ ssh: "1\n" }) }, "KVM-635"],
  ["a clock ahead", clocks(4_000), "KVM-636"],
  ["a clock behind", clocks(-2_000), "KVM-636"],
  ["no bridge on target", onTarget({ devices: "device br0\ndevice lo\n" }), "KVM-637"],
  [
    "no network on target",
    device("<interface type='network'><source network='lab' bridge='virbr1'/></interface>"),
    "KVM-637",
  ],
  [
    "a host device",
    device(
      "<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev>",
    ),
    "KVM-638",
  ],
  ["a medium of the source's own", device(cdrom), "KVM-638"],
  [
    "another medium of the same name",
    {
      ...device(cdrom.replace("<source ", "<source startupPolicy='optional' ")),
      ...contents("702545920 d41d8cd9 /root/debian.iso\n", "702545920 ffffffff /root/debian.iso\n"),
    },
    "KVM-638",
  ],
  [
    "another base image of the same name",
    {
      ...device("<disk type='file'><source file='/ro/base.img'/><target dev='vdb'/><readonly/></disk>"),
      ...contents("1048576 0123abcd /ro/base.img\n", "1048577 0123abcd /ro/base.img\n"),
    },
    "KVM-621",
  ],
  [
    "a disk of NVMe",
    device("<disk type='nvme'><source type='pci' namespace='1' managed='yes'/><target dev='vdb'/></disk>"),
    "KVM-621",
  ],
  [
    "no Open vSwitch bridge on target",
    device("<interface type='bridge'><source bridge='br-int'/><virtualport type='openvswitch'/></interface>"),
    "KVM-637",
  ],
  [
    "a bridge of the kernel's where the guest has Open vSwitch's",
    device("<interface type='bridge'><source bridge='br0'/><virtualport type='openvswitch'/></interface>"),
    "KVM-637",
  ],
  ...["fuse.mfs", "fuse.sshfs", "9p", "virtiofs", "ext4"].map(
    (type): Case => [
      `an uncached disk on ${type}, which libvirt does not take for shared`,
      { storage: onFileSystem(type) },
      "KVM-622",
    ],
  ),
  ["crashed", { onSource: guestOnSource({ state: "crashed (panicked)\n" }) }, "KVM-604"],
  ["stopped by its disk", { onSource: guestOnSource({ state: "paused (I/O error)\n" }) }, "KVM-604"],
  ["shutting down", { onSource: guestOnSource({ state: "in shutdown (user)\n" }) }, "KVM-604"],
  [
    "paused, for post-copy",
    { mode: "postCopy", onSource: guestOnSource({ state: "paused (user)\n" }) },
    "KVM-616",
  ],
  [
    "paused, for hybrid",
    { mode: "hybrid", onSource: guestOnSource({ state: "paused (user)\n" }) },
    "KVM-616",
  ],
  ["running, for offline", { mode: "offline" }, "KVM-616"],
  [
    "a job goes on",
    { onSource: guestOnSource({ job: "Job type:         Unbounded   \nOperation:        Save\n" }) },
    "KVM-608",
  ],
  ["a full disk on target", targetStorage({ space: texts.space().replace("1883412", "512") }), "KVM-639"],
  [
    "a share that target may only read",
    targetStorage({
      files: `-er ${texts.emulator}\n-er ${texts.disk}\n-er ${guestFolder}/vmlinux\n-er ${guestFolder}/initrd.img\n`,
    }),
    "KVM-639",
  ],
  [
    "a token that target cannot remove",
    targetStorage({ tokens: `seen ${guestFolder}\nkept ${guestFolder}\n` }),
    "KVM-639",
  ],
  ["an element of a newer libvirt", device("<teleporter to='mars'/>"), "KVM-660"],
  [
    "a transient disk",
    device(`<disk type='file'>${onShare}<transient/><target dev='vdb'/></disk>`),
    "KVM-661",
  ],
  ["shared memory", device("<shmem name='lg' role='peer'><model type='ivshmem-plain'/></shmem>"), "KVM-661"],
  [
    "invtsc",
    withDefinition({ cpu: "<cpu mode='maximum'><feature policy='require' name='invtsc'/></cpu>" }),
    "KVM-661",
  ],
  ["a snapshot", { onSource: guestOnSource({ snapshots: "before-upgrade\n\n" }) }, "KVM-662"],
  ["a checkpoint", { onSource: guestOnSource({ checkpoints: "monday\n\n" }) }, "KVM-663"],
  ["a block job", { blockJobs: [{ disk: "vda", words: "Block Copy: [ 50 %]" }] }, "KVM-664"],
  ["hosts of one UUID", onTarget({ capabilities: texts.capabilities(["qemu"], "source") }), "KVM-665"],
  [
    "variables of the firmware in a folder that target lacks",
    withDefinition({ os: "<nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'>/srv/nvram/guest.fd</nvram>" }),
    "KVM-666",
  ],
  [
    "a serial line's file in a folder that target lacks",
    device("<serial type='file'><source path='/srv/console/guest.log'/><target port='1'/></serial>"),
    "KVM-666",
  ],
  [
    "another distribution's emulator",
    targetStorage({ files: everything.replace(`-erw ${texts.emulator}\n`, "") }),
    "KVM-666",
  ],
  ["VNC on the source's address", device(vnc("10.77.0.11", "autoport='yes'")), "KVM-667"],
  ["a VNC port that is taken", device(vnc("0.0.0.0", "port='5900' autoport='no'")), "KVM-667"],
  [
    "a serial line on the source's address",
    device(
      "<serial type='tcp'><source mode='bind' host='10.77.0.11' service='4555'/><protocol type='raw'/><target port='1'/></serial>",
    ),
    "KVM-667",
  ],
  [
    "an encrypted TPM without its key",
    device(
      `<tpm model='tpm-crb'><backend type='emulator' version='2.0'><encryption secret='${otherUuid}'/></backend></tpm>`,
    ),
    "KVM-668",
  ],
  [
    "a filter that target lacks",
    device(
      "<interface type='bridge'><source bridge='br0'/><filterref filter='office'/><model type='virtio'/></interface>",
    ),
    "KVM-669",
  ],
  [
    "a processor that target lacks",
    withDefinition({ tuning: "<cputune><vcpupin vcpu='0' cpuset='2-5'/></cputune>" }),
    "KVM-670",
  ],
  [
    "a NUMA node that target lacks",
    withDefinition({ tuning: "<numatune><memory mode='strict' nodeset='1'/></numatune>" }),
    "KVM-670",
  ],
  [
    "a label of SELinux",
    {
      onSource: guestOnSource({
        xml: texts.definition({ tuning: "<seclabel type='static' model='selinux' relabel='yes'/>" }),
      }),
    },
    "KVM-671",
  ],
  [
    "firmware variables that an offline move would leave behind",
    offline(`540672 0123abcd ${variables}\n`, ""),
    "KVM-673",
  ],
  [
    "a TPM of another guest's in the place of its own, offline",
    offline(`6013 0123abcd ${tpmState}\n`, `6013 99999999 ${tpmState}\n`),
    "KVM-673",
  ],
  [
    "no swtpm on target",
    {
      ...device("<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"),
      ...onTarget({ swtpm: "" }),
    },
    "KVM-672",
  ],
  ["emulated with memory of an even size", withDefinition({ commandline: "" }), "KVM-640"],
];

describe("what speaks against a move", () => {
  test.each(refused)("%s", (_what, changed, code) => {
    expect(codes(changed)).toEqual([code]);
  });

  test("is for a post-copy move to an older QEMU more than what may be waived", () => {
    const older = { ...onTarget({ version: texts.version("7.1.0") }), mode: "postCopy" } as const;
    expect(codes(older)).toEqual(["KVM-630", "KVM-616"]);
    expect(
      evaluate(facts(older), ["KVM-630", "KVM-616"]).failures.map((failure) => failure.facts.code),
    ).toEqual(["KVM-616"]);
  });

  test("is said for every rule", () => {
    const tried = new Set(refused.map(([, , code]) => code));
    expect(rules.filter(({ code }) => !tried.has(code))).toEqual([]);
  });
});

describe("what was found", () => {
  test("names the features that are missing, and where", () => {
    const older = onTarget({ kernel: texts.kernel({ flags: "fpu de pse tsc msr pae nx lm" }) });
    expect(found("KVM-625", older)).toMatch(
      /^target: target \(QEMU Virtual CPU.*\) lacks svm, aes, which source/,
    );
  });

  test("names the newest machine type of its kind that the target has, which no waiver stands for", () => {
    const newer = withDefinition({ machine: "pc-q35-10.0" });
    expect(found("KVM-648", newer)).toBe("target: pc-q35-7.2 is the newest of its kind there");
    expect(evaluate(facts(newer), ["KVM-648"]).failures.map((failure) => failure.facts.code)).toEqual([
      "KVM-648",
    ]);
  });

  test("says which share is where", () => {
    const other = targetStorage({
      tokens: `absent ${guestFolder}\n`,
      space: texts.space("ext4").replace("nfs:/migration", "/dev/vda1"),
    });
    const [failure] = evaluate(facts(other)).failures;
    expect(failure?.facts.found).toContain(
      `what source (nfs:/migration) writes in ${guestFolder} is not there on target (/dev/vda1)`,
    );
    expect(failure?.facts.fix).toBe(`on target: mount -t nfs4 nfs:/migration ${texts.imagesFolder}`);
  });

  test("of a share that is full is that, and not that it is no share", () => {
    const space = texts.space().replace("812032", "0");
    const tokens = { source: `written ${guestFolder}\n`, target: `absent ${guestFolder}\n` };
    const full: Partial<MoveFacts> = {
      storage: {
        source: storageOf({ space, tokens: tokens.source }),
        target: storageOf({ space, tokens: tokens.target }),
      },
    };
    expect(codes(full)).toEqual(["KVM-621", "KVM-639"]);
    const [unproved, noRoom] = evaluate(facts(full)).failures;
    expect(unproved?.facts.found).toBe(
      `vda: no room is left in ${guestFolder} on source, so nothing can be written to prove that it is shared`,
    );
    expect(unproved?.facts.fix).toBe(`on source: df -h ${guestFolder}, and remove what is not needed`);
    expect(noRoom?.facts.found).toBe(`${guestFolder} has 0 MiB left`);
  });

  test("is everything at once", () => {
    const broken = { ...onSource({ other: "" }), ...clocks(9_000), ...withDefinition({ commandline: "" }) };
    expect(codes(broken)).toEqual(["KVM-611", "KVM-636", "KVM-640"]);
  });

  test("of a guest that is not there is one failure, and the rest is unseen", () => {
    const gone = { onSource: guestOnSource({ state: "", definition: "" }) };
    expect(codes(gone)).toEqual(["KVM-604"]);
    expect(
      evaluate(facts(gone)).evaluations.filter(({ verdict }) => verdict === "skipped").length,
    ).toBeGreaterThan(5);
  });
});
