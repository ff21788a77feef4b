import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wholeScript } from "../../../../components/remote-script";
import { sectionsOf } from "../../../../provider/host/sections";
import { parseBlocks } from "../../../../provider/preflight/facts/block-devices";
import { answersOf, parseNetwork } from "../../../../provider/preflight/facts/network-disks";
import { parsePorts } from "../../../../provider/preflight/facts/reach-facts";
import { inspectBlockDevices } from "../../../../provider/preflight/inspect-block-devices";
import { inspectNetworkDisks } from "../../../../provider/preflight/inspect-network-disks";
import { tryPorts } from "../../../../provider/preflight/inspection-scripts";
import { programsWithout } from "../host/login-shells";

const servers: Server[] = [];
const ports = { greets: 0, mute: 0, closed: 0 };

async function listen(greeting: string): Promise<number> {
  const server = createServer((socket) => void socket.on("error", () => {}).write(greeting));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  ports.greets = await listen("NBDMAGICIHAVEOPT");
  ports.mute = await listen("");
  ports.closed = await listen("");
  await new Promise((resolve) => servers.pop()?.close(resolve));
});
afterAll(() => {
  for (const server of servers) server.close();
});

describe.each<[string, string[]]>([
  ["bash", []],
  ["perl, and no bash", ["bash"]],
  ["neither bash nor perl", ["bash", "perl"]],
])("on a host with %s", (_, left) => {
  const folder = mkdtempSync(join(tmpdir(), "without-bash-"));
  const PATH = programsWithout(folder, left);
  const able = !left.includes("perl");
  afterAll(() => rmSync(folder, { recursive: true }));

  async function section(name: string, script: string, args: readonly string[]): Promise<string | undefined> {
    const input = wholeScript(["tok", ...args], script);
    const options = { input, env: { PATH }, extendEnv: false, timeout: 30_000 };
    return sectionsOf("tok", (await execa("/bin/sh", ["-s"], options)).stdout).get(name);
  }

  test("ports are tried, or said not to have been", async () => {
    const tried = [ports.mute, ports.closed];
    const seen = parsePorts(await section("ports", tryPorts, ["127.0.0.1", ...tried.map(String)]));
    const answers = new Map(seen.map(({ port, answer, message }) => [port, [answer, message]]));
    const untried = ["untried", "neither bash nor perl is there to try it"];
    expect(answers.get(ports.mute)).toEqual(able ? ["open", "open"] : untried);
    expect(answers.get(ports.closed)).toEqual(able ? ["closed", "Connection refused"] : untried);
  });

  test("so are servers of disks, and their greetings", async () => {
    const asked = Object.values(ports).map((port) => `server 127.0.0.1 ${port} NBDMAGIC`);
    const network = parseNetwork(await section("network", inspectNetworkDisks, ["emulator", ...asked]));
    const nbd = { name: "", sockets: [], transports: [], tls: false, ceph: undefined, files: [] };
    const seen = answersOf(network, {
      ...nbd,
      protocol: "nbd",
      servers: [{ host: "127.0.0.1", ports: Object.values(ports) }],
    });
    expect(seen.map(({ answer }) => answer)).toEqual(
      able ? ["open", "mute", "closed"] : ["untried", "untried", "untried"],
    );
  });

  test("so are iSCSI portals", async () => {
    const path = (port: number) => `/dev/disk/by-path/ip-127.0.0.1:${port}-iscsi-iqn.2026-01.none-lun-0`;
    const paths = [path(ports.mute), path(ports.closed)];
    const seen = parseBlocks(await section("blocks", inspectBlockDevices, paths));
    expect(paths.map((one) => seen.get(one)?.iscsi?.portalAnswers)).toEqual(
      able ? [true, false] : [undefined, undefined],
    );
  });
});
