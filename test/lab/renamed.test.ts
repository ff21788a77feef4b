import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import { freshLab } from "./fresh-lab";
import type { Inside, Server } from "./inside";
import { stack } from "./lab-command";
import { Program } from "./program";
import { agentArchive } from "./renamed/agent-archive";
import { defineSecond } from "./second-guest";

const outputs = z.object({
  runningOn: z.string(),
  guestName: z.string(),
  moved: z.boolean(),
  command: z.string(),
  proofs: z.array(z.object({ name: z.string(), verdict: z.string(), facts: z.string() })),
});

let inside: Inside;
let program: Program;
let uuid = "second";

const folder = "/var/lib/libvirt/images/guest";
/** Names as libvirt allows them. */
const [mail, post] = ["邮件 01", "it's; $(post)"];
/** The folder of the guests' disks, as a pool of each host. */
const makePool = `virsh pool-create-as guests dir --target ${folder}`;
/**
 * A second guest, out of the first one's definition: a disk of its own, which is a volume of the pool, another address, an agent where the first has its probe,
 * and it starts with its host.
 */
const makeSecond = (guestAddress: string) => `set -e
mkfs_on=$(mktemp)
truncate -s 64M "$mkfs_on"
mke2fs -q -t ext4 -b 1024 "$mkfs_on"
qemu-img convert -f raw -O qcow2 "$mkfs_on" ${folder}/second.qcow2
rm -f "$mkfs_on"
cat ${folder}/initrd.img ${folder}/agent.cpio > ${folder}/second-initrd.img
${makePool}
${defineSecond(
  guestAddress,
  `"s|<disk type='file'|<disk type='volume'|"`,
  `"s|<source file='[^']*second.qcow2'/>|<source pool='guests' volume='second.qcow2'/>|"`,
  "'s/initrd.img/second-initrd.img/'",
  `"s|</devices>|<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices>|"`,
)}
virsh autostart second
virsh start second`;
const removeSecond = () =>
  `virsh destroy ${uuid}; virsh undefine ${uuid}; virsh pool-destroy guests; rm -f ${folder}/second* ${folder}/agent.cpio`;

const guestsOf = async (server: Server) =>
  (await inside.on(server, "virsh list --all --name")).split("\n").filter((name) => name !== "");
/** The definition over a shutdown, but for its name. libvirt leaves an element behind where the last entry of metadata was removed: that of autostart. */
const definition = async (server: Server) =>
  (await inside.on(server, `virsh dumpxml --inactive ${uuid}`))
    .replace(/<name>.*<\/name>/, "<name/>")
    .replace(/\n *<metadata\/>/, "");
const startedBy = async (server: Server) =>
  (await inside.on(server, "ls /etc/libvirt/qemu/autostart 2> /dev/null || true")).trim();

/** One virsh waits for it: to look again and again would cost an emulated host the processor that the guest boots on. */
async function agentConnects(): Promise<void> {
  const wait = "virsh event --domain second --event agent-lifecycle --timeout 900";
  await inside.on("source", wait, 960);
  await inside.on("source", "virsh dumpxml second | grep guest_agent.0 | grep connected", 120);
}

/** One move, as a program of your own asks for it: no probe, no observer. */
async function move(to: Server, newName: string) {
  const { hosts } = await knownLab(labStack(stack));
  const between = hosts.filter(({ name }) => name === "source" || name === "target");
  await program.arguments({ guest: uuid, hosts: between, to, options: { newName } });
  await program.pulumi("up");
  const result = outputs.parse(await program.outputs());
  console.log(result.proofs.map(({ name, verdict, facts }) => `${name} ${verdict}: ${facts}`).join("\n"));
  return result;
}

function expectProvedByAgent({ proofs }: z.output<typeof outputs>): void {
  expect(proofs.filter(({ verdict }) => verdict === "failed")).toEqual([]);
  for (const name of ["same-boot", "counter-continuous", "filesystem-clean"])
    expect(proofs.find((proof) => proof.name === name)).toMatchObject({
      verdict: "proved",
      facts: expect.stringMatching(/by the guest agent$/),
    });
  for (const name of [
    "one-running-copy",
    "same-uuid",
    "gone-from-source",
    "persistent-on-target",
    "autostart-kept",
    "new-name",
  ])
    expect(proofs.find((proof) => proof.name === name)).toMatchObject({ verdict: "proved" });
  expect(proofs.find(({ name }) => name === "memory-kept")).toMatchObject({ verdict: "unproved" });
}

describe("a guest that is given by its UUID, with QEMU's agent in it and no probe", { tags: "long" }, () => {
  beforeAll(async () => {
    inside = await freshLab();
    program = await Program.open("renamed");
    const read = 'base64 < "/lib/modules/$(uname -r)/kernel/drivers/char/virtio_console.ko"';
    const virtioConsole = Buffer.from(await inside.on("source", read), "base64");
    await inside.send("source", `${folder}/agent.cpio`, await agentArchive(program.work, virtioConsole));
    // It may have the processor to itself: beside another guest it boots for minutes.
    await inside.on("source", "virsh suspend guest");
    await inside.on("source", makeSecond(inside.addresses.guest), 120);
    await inside.on("target", makePool);
    uuid = (await inside.on("source", "virsh domuuid second")).trim();
    await agentConnects();
  });
  afterAll(async () => {
    for (const host of ["source", "target"] as const) await inside?.attempt(host, removeSecond());
    await inside?.attempt("source", "virsh resume guest");
    inside?.close();
    await program?.close();
  });

  test("arrives under its new name, proved by its agent; its definition is what it was", async () => {
    const before = await definition("source");
    const moved = await move("target", mail);
    expect(moved).toMatchObject({ runningOn: "target", guestName: mail, moved: true });
    expect(moved.command).toContain(` --dname '${mail}' --verbose ${uuid} qemu+ssh://target/system`);
    expectProvedByAgent(moved);
    expect(await guestsOf("source")).toEqual(["guest"]);
    expect(await guestsOf("target")).toEqual([mail]);
    expect(await definition("target")).toBe(before);
    expect([await startedBy("source"), await startedBy("target")]).toEqual(["", `${mail}.xml`]);
    await inside.on("target", `test -s '/var/log/libvirt/qemu/${mail}.log'`);
  });

  test("is found there by a refresh, and the same again changes nothing", async () => {
    await program.pulumi("refresh", "--expect-no-changes");
    await program.pulumi("up", "--expect-no-changes");
    expect(outputs.parse(await program.outputs())).toMatchObject({ runningOn: "target", guestName: mail });
  });

  test("goes back under another one", async () => {
    const before = await definition("target");
    const moved = await move("source", post);
    expect(moved).toMatchObject({ runningOn: "source", guestName: post, moved: true });
    expectProvedByAgent(moved);
    expect(await guestsOf("target")).toEqual([]);
    expect((await guestsOf("source")).sort()).toEqual(["guest", post]);
    expect(await definition("source")).toBe(before);
  });
});
