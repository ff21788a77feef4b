import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { forward } from "../../../../machines/hypervisor/forward";

const host = "127.0.0.1";
let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

async function listening(server: Server, port = 0): Promise<number> {
  servers.push(server.listen(port, host));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A port where nobody listens, and another one whose clients are carried there. */
async function forwarded(hosts = [host]): Promise<{ readonly from: number; readonly to: number }> {
  const probe = createServer();
  const to = await listening(probe);
  probe.close();
  await once(probe, "close");
  const options = { allowHalfOpen: true, pauseOnConnect: true };
  const from = await listening(createServer(options, (client) => void forward(client, hosts, to)));
  return { from, to };
}

it("holds a client until the server is there, and carries what both say", async () => {
  const { from, to } = await forwarded();
  const client = connect(from, host);
  await once(client, "connect");
  client.write("hello");
  await sleep(300);
  await listening(
    createServer((socket) => socket.on("data", (asked) => void socket.end(`you said ${asked}`))),
    to,
  );
  const [answer] = await once(client, "data");
  expect(String(answer)).toBe("you said hello");
  await once(client, "close");
});

it("finds a server at the second of its addresses when nobody is at the first", async () => {
  const { from, to } = await forwarded(["127.0.0.2", host]);
  await listening(
    createServer((socket) => void socket.end("here")),
    to,
  );
  const [answer] = await once(connect(from, host), "data");
  expect(String(answer)).toBe("here");
});

it("lets a client go that no server takes within its time", async () => {
  const { from } = await forwarded();
  const client = connect(from, host).on("error", () => {});
  const began = performance.now();
  await once(client.resume(), "close");
  expect(performance.now() - began).toBeGreaterThan(2_000);
});
