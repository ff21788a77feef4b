import { type AddressInfo, createServer, type Server } from "node:net";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { wholeScript } from "../../../../components/remote-script";
import { sectionsOf } from "../../../../provider/host/sections";
import {
  answersOf,
  clusterOf,
  lackOfAuthority,
  lackOfDriver,
  parseNetwork,
  secretState,
} from "../../../../provider/preflight/facts/network-disks";
import { inspectNetworkDisks } from "../../../../provider/preflight/inspect-network-disks";
import { ScriptSandbox } from "../../templates/script-sandbox";

const uuid = "8f6f6a0e-7c0e-8f6e-9a4f-4b7f6f0a2f11";
/** libvirt 9.0's. */
const secretList = ` UUID                                   Usage
-------------------------------------------------------------------
 ${uuid}   iscsi kvmlab second
`;

describe("the script that looks at disks behind the network, with real connections", () => {
  let box: ScriptSandbox;
  const servers: Server[] = [];

  beforeEach(() => {
    box = new ScriptSandbox();
  });
  afterEach(() => {
    box.remove();
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(greeting: string): Promise<number> {
    const server = createServer((socket) => {
      // Who asks may be gone already.
      socket.on("error", () => {});
      socket.write(greeting);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async function ask(...asked: readonly string[]) {
    // Connections are bash's own: no file of the sandbox.
    const script = box.below(inspectNetworkDisks).replaceAll(`${box.root}/dev/tcp`, "/dev/tcp");
    const { stdout } = await execa("sh", ["-s"], {
      input: wholeScript(["tok", "emulator", ...asked], script),
      env: { PATH: `${box.at("bin")}:/usr/bin:/bin`, HOME: box.root },
      extendEnv: false,
      timeout: 30_000,
    });
    return parseNetwork(sectionsOf("tok", stdout).get("network"));
  }

  const source = (protocol: string, port: number) => ({
    protocol,
    name: "",
    servers: [{ host: "127.0.0.1", ports: [port] }],
    sockets: [],
    transports: [],
    tls: false,
    ceph: undefined,
    files: [],
  });

  test("tells a server that answers, one that greets, one that does not greet, and none", async () => {
    const [greets, mute] = [await listen("NBDMAGICIHAVEOPT"), await listen("")];
    const closed = await listen("");
    servers.pop()?.close();
    const network = await ask(
      `server 127.0.0.1 ${mute}`,
      ...[greets, mute, closed].map((port) => `server 127.0.0.1 ${port} NBDMAGIC`),
    );
    const answer = (protocol: string, port: number) => answersOf(network, source(protocol, port))[0]?.answer;
    expect(answer("iscsi", mute)).toBe("open");
    expect(answer("nbd", greets)).toBe("open");
    expect(answer("nbd", mute)).toBe("mute");
    expect(answer("nbd", closed)).toBe("closed");
  });

  test("asks the guest's own emulator for its drivers", async () => {
    box.standIn(
      "emulator",
      `case "$*" in
*driver=iscsi) echo "qemu: module block-block-iscsi not found, do you want to install qemu-block-extra package?"; echo "qemu-system-x86_64: -drive if=none,driver=iscsi: Unknown driver 'iscsi'" ;;
*) echo "qemu-system-x86_64: -drive if=none,driver=nbd: NBD server address missing" ;;
esac >&2; exit 1`,
    );
    const network = await ask("driver iscsi", "driver nbd");
    expect(lackOfDriver(network, "rbd")).toBeUndefined();
    expect(lackOfDriver(network, "iscsi")).toBe("Unknown driver 'iscsi'");
    expect(lackOfDriver(network, "nbd")).toBe("");
  });

  test("finds secrets by UUID and by usage, and lets no value out", async () => {
    box.write("secrets", secretList);
    box.standIn(
      "virsh",
      `case "$*" in
secret-list) cat "$root/secrets" ;;
*${uuid}) echo VALUE ;;
*) echo "error: failed to get secret" >&2; echo "error: Secret not found: secret '$2' does not have a value" >&2; exit 1 ;;
esac`,
    );
    const usage = (name: string) => ({ usage: `iscsi ${name}` });
    const network = await ask(
      "secret usage iscsi kvmlab second",
      "secret usage iscsi kvmlab",
      `secret uuid ${uuid}`,
      "secret uuid other",
    );
    expect(secretState(network, usage("kvmlab second"))).toBe("has a value");
    expect(secretState(network, usage("kvmlab"))).toBe("is not defined");
    expect(secretState(network, { uuid })).toBe("has a value");
    expect(secretState(network, { uuid: "other" })).toBe("has no value");
    expect(JSON.stringify([...network.answers])).not.toContain("VALUE");
  });

  test("reads which cluster Ceph's files name, and which keys are there", async () => {
    box.write(
      "etc/ceph/ceph.conf",
      "[global]\n\tfsid = 1f2e\nmon host = 10.77.0.2,10.77.0.3\nauth = cephx\n",
    );
    box.write("etc/ceph/ceph.client.admin.keyring", "");
    const [file, folder] = [box.at("etc/ceph/ceph.conf"), `keyrings ${box.at("etc/ceph")}`];
    const network = await ask(`cluster ${file}`, folder, "cluster /nowhere");
    expect(clusterOf(network, file)).toBe("fsid 1f2e");
    expect(network.answers.get(`cluster ${file}`)).toContain("mon host 10.77.0.2,10.77.0.3");
    expect(clusterOf(network, "/nowhere")).toBeUndefined();
    expect(network.answers.get(folder)).toEqual([box.at("etc/ceph/ceph.client.admin.keyring")]);
  });

  test("looks for the authority's certificate where libvirt's settings have it", async () => {
    const asked = "tls /etc/libvirt/qemu.conf";
    const question = `tls ${box.at("etc/libvirt/qemu.conf")}`;
    const seen = async () =>
      lackOfAuthority({ answers: new Map([[asked, (await ask(question)).answers.get(question) ?? []]]) });
    expect(await seen()).toBe(box.at("etc/pki/qemu"));
    box.write(
      "etc/libvirt/qemu.conf",
      `# nbd_tls_x509_cert_dir = "/x"\nnbd_tls_x509_cert_dir = "${box.at("keys")}"\n`,
    );
    expect(await seen()).toBe(box.at("keys"));
    box.write("keys/ca-cert.pem", "");
    expect(await seen()).toBeUndefined();
  });
});
