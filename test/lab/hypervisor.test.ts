import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type BootableImage,
  type Endpoint,
  findHypervisor,
  type Hypervisor,
  hypervisorFolders,
  hypervisorPackages,
  inHypervisor,
  listHypervisors,
  startHypervisor,
  stopHypervisor,
} from "../../machines/hypervisor";
import { ensureDebianPackages } from "../../toolchain/debian-packages";

// One private hypervisor from start to stop, and a second one beside it. Machines have no system on their disks:
// that QEMU runs them is all that is asked here. The tests are one story and run in order.

const first = "first";
const second = "second";
let cache: string;
let image: BootableImage;
let interfacesBefore: string;
const said: string[] = [];
const servers = { nfs: "10.77.0.2", source: "10.77.0.3", target: "10.77.0.4" };

const start = (lab: string, host = image) =>
  startHypervisor(lab, { host, servers }, "tcg", (message) => said.push(message));

async function running(lab: string): Promise<Hypervisor> {
  const hypervisor = await findHypervisor(lab);
  if (hypervisor === undefined) throw new Error(`the hypervisor of lab ${lab} does not run`);
  return hypervisor;
}

/** virsh outside the namespaces, as Pulumi's libvirt plugin is. */
async function virsh({ uri }: Hypervisor, ...args: string[]): Promise<string> {
  return (await execa("virsh", ["--quiet", "--connect", uri, ...args], { timeout: 20_000 })).stdout.trim();
}

const machineInterfaces = async () =>
  (await execa("ip", ["-o", "link"])).stdout.replace(/ (state|qlen).*/g, "");

async function makeImage(key: string): Promise<BootableImage> {
  const disk = join(cache, `${key}.qcow2`);
  await execa("qemu-img", ["create", "-q", "-f", "qcow2", disk, "64M"]);
  const kernel = join(cache, "vmlinux");
  const initrd = join(cache, "initrd.img");
  for (const file of [kernel, initrd]) await writeFile(file, "stands for a real one");
  return { key, disk, kernel, initrd, cmdline: "root=/dev/vda" };
}

const network = `<network><name>lab</name><forward mode="nat"/><bridge name="virbr-lab" stp="off" delay="0"/>
  <ip address="10.77.0.1" netmask="255.255.255.0"><dhcp><host mac="52:54:00:77:00:02" ip="10.77.0.2"/></dhcp></ip></network>`;

const machine = `<domain type="qemu"><name>nfs</name><uuid>77000000-0000-4000-8000-000000000002</uuid>
  <memory unit="MiB">32</memory><vcpu>1</vcpu><os><type arch="x86_64" machine="q35">hvm</type></os><devices>
  <disk type="file"><driver name="qemu" type="qcow2"/><source file="/var/lib/libvirt/images/machines/nfs.qcow2"/>
  <target dev="vda" bus="virtio"/></disk><interface type="network"><source network="lab"/>
  <mac address="52:54:00:77:00:02"/><model type="virtio"/></interface><serial type="pty"/></devices></domain>`;

/** Where nfs is reached. */
function sshOf({ ssh }: Hypervisor): Endpoint {
  if (ssh.nfs === undefined) throw new Error("nfs is reached nowhere");
  return ssh.nfs;
}

async function buildMachine(hypervisor: Hypervisor): Promise<void> {
  const definition = async (name: string, xml: string) => {
    const file = join(cache, `${hypervisor.lab}-${name}.xml`);
    await writeFile(file, xml);
    return file;
  };
  await virsh(hypervisor, "net-define", await definition("network", network));
  await virsh(hypervisor, "net-start", "lab");
  await virsh(
    hypervisor,
    "pool-create-as",
    "machines",
    "dir",
    "--target",
    "/var/lib/libvirt/images/machines",
    "--build",
  );
  const backing = ["--backing-vol", hypervisor.baseVolume.path, "--backing-vol-format", "qcow2"];
  await virsh(hypervisor, "vol-create-as", "machines", "nfs.qcow2", "64M", "--format", "qcow2", ...backing);
  await virsh(hypervisor, "define", await definition("machine", machine));
  await virsh(hypervisor, "start", "nfs");
}

/** What a client of the endpoint gets until it is closed: sends "ping", keeps what comes back. */
function talk({ address, port }: Endpoint): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect({ host: address, port, timeout: 5_000 });
    socket.on("connect", () => socket.end("ping"));
    socket.on("data", (data) => {
      heard += data.toString();
    });
    socket.on("timeout", () => socket.destroy()).on("error", () => socket.destroy());
    socket.on("close", () => resolve(heard));
  });
}

/** A server on port 22 that greets, and says back what it is told. */
const bannerServer = `require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
  socket.write("SSH-2.0-stand-in "); socket.pipe(socket); }).listen(22, "10.77.0.2");`;

/** The namespaces of a process, as the kernel names them. */
async function namespacesOf(pid: number | string): Promise<string[]> {
  const kinds = ["pid", "net", "mnt"];
  return (await Promise.all(kinds.map((kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => "")))).filter(
    Boolean,
  );
}

/** Processes of this machine that are in one of the namespaces, or have something of `folder` mounted. */
async function leftovers(namespaces: readonly string[], folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "");
      const inside = (await namespacesOf(pid)).some((namespace) => namespaces.includes(namespace));
      return inside || mounts.includes(folder) ? [pid] : [];
    }),
  );
  return found.flat();
}

describe("a private hypervisor", () => {
  beforeAll(async () => {
    await ensureDebianPackages([...hypervisorPackages, "qemu-utils"], () => undefined);
    cache = await mkdtemp(join(tmpdir(), "kvmlab-"));
    process.env.KVMLAB_CACHE = cache;
    image = await makeImage("image-one");
    interfacesBefore = await machineInterfaces();
  });

  afterAll(async () => {
    await stopHypervisor(first);
    await stopHypervisor(second);
    await rm(cache, { recursive: true, force: true });
  });

  it("starts once for two that want it at the same time", async () => {
    const [one, other] = await Promise.all([start(first), start(first)]);
    expect(other).toEqual(one);
    expect(said.filter((message) => message.startsWith("starting"))).toHaveLength(1);
    expect(await start(first)).toEqual(one);
    expect(await listHypervisors()).toEqual([one]);
  });

  it("has the host image's pool, and nothing of a libvirt that this machine may have", async () => {
    const hypervisor = await running(first);
    expect(await virsh(hypervisor, "vol-list", "base")).toContain(hypervisor.baseVolume.path);
    expect(await virsh(hypervisor, "net-list", "--all", "--name")).toBe("");
    expect(await virsh(hypervisor, "list", "--all", "--name")).toBe("");
    const write = await inHypervisor(hypervisor, ["touch", hypervisor.baseVolume.path]);
    expect(write.stderr).toContain("Read-only file system");
  });

  it("gives the exit code of programs that end before this process looks at them", async () => {
    const hypervisor = await running(first);
    for (let time = 0; time < 10; time++) {
      const ending = inHypervisor(hypervisor, ["true"]);
      for (const until = performance.now() + 100; performance.now() < until; );
      expect(await ending).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    }
  });

  it("runs machines with the same names and addresses in two labs, without a trace on this machine", async () => {
    await start(second);
    const both = await Promise.all([running(first), running(second)]);
    for (const hypervisor of both) await buildMachine(hypervisor);
    for (const hypervisor of both) expect(await virsh(hypervisor, "domstate", "nfs")).toBe("running");
    expect(both[0].ssh).not.toEqual(both[1].ssh);
    expect(await machineInterfaces()).toBe(interfacesBefore);
    const disk = join(hypervisorFolders(first).lib, "images/machines/nfs.qcow2");
    expect((await stat(disk)).isFile()).toBe(true);
  });

  it("carries connections to its own servers, and closes those that nobody takes", async () => {
    const hypervisor = await running(first);
    await inHypervisor(hypervisor, ["ip", "address", "add", "10.77.0.2/32", "dev", "lo"]);
    expect(await talk(sshOf(hypervisor))).toBe("");
    const over = new AbortController();
    const command = [process.execPath, "--eval", bannerServer];
    const server = inHypervisor(hypervisor, command, { timeoutMs: 20_000, signal: over.signal });
    const deadline = performance.now() + 5_000;
    let heard = "";
    while (heard === "" && performance.now() < deadline) heard = await talk(sshOf(hypervisor));
    expect(heard).toBe("SSH-2.0-stand-in ping");
    expect(await talk(sshOf(await running(second)))).toBe("");
    over.abort();
    expect((await server).exitCode).toBeUndefined();
    while ((await talk(sshOf(hypervisor))) !== "" && performance.now() < deadline) await sleep(50);
    expect(await talk(sshOf(hypervisor))).toBe("");
  });

  it("takes up a new host image while it runs, and keeps the old one", async () => {
    const before = await running(first);
    const after = await start(first, await makeImage("image-two"));
    expect(after.pid).toBe(before.pid);
    const volumes = await virsh(after, "vol-list", "base");
    expect(volumes).toContain(before.baseVolume.path);
    expect(volumes).toContain(after.baseVolume.path);
    expect(await running(first)).toEqual(after);
  });

  it("outlives its libvirtd: machines run on, and a new libvirtd finds them", async () => {
    const hypervisor = await running(first);
    await inHypervisor(hypervisor, ["sh", "-c", "kill -KILL $(cat /run/libvirtd.pid)"]);
    expect(await start(first)).toMatchObject({ pid: hypervisor.pid });
    expect(await virsh(hypervisor, "domstate", "nfs")).toBe("running");
  });

  it("is gone as a whole when its first process is killed; a new start says so and keeps what was defined", async () => {
    const killed = await running(first);
    const namespaces = await namespacesOf(killed.pid);
    const folder = join(cache, "labs", first);
    process.kill(killed.pid, "SIGKILL");
    const deadline = performance.now() + 10_000;
    while ((await leftovers(namespaces, folder)).length > 0 && performance.now() < deadline) await sleep(50);
    expect(await leftovers(namespaces, folder)).toEqual([]);
    expect(await findHypervisor(first)).toBeUndefined();

    said.length = 0;
    const started = await start(first);
    expect(said[0]).toMatch(/ended from outside: its machines were switched off/);
    expect(started.pid).not.toBe(killed.pid);
    expect(started.ssh).toEqual(killed.ssh);
    expect(await virsh(started, "domstate", "nfs")).toBe("shut off");
    expect(await virsh(await running(second), "domstate", "nfs")).toBe("running");
  });

  it("stops without leaving a process, a mount, a namespace or a file", async () => {
    for (const lab of [first, second]) {
      const namespaces = await namespacesOf((await running(lab)).pid);
      await stopHypervisor(lab);
      expect(await leftovers(namespaces, join(cache, "labs", lab))).toEqual([]);
    }
    await stopHypervisor(first);
    expect(await readdir(join(cache, "labs"))).toEqual([]);
    expect(await machineInterfaces()).toBe(interfacesBefore);
  });
});
