/**
 * Program: carries TCP connections from this machine's loopback to the servers inside a lab, and tells these the time.
 *
 *     node run.cjs ssh-forwarder.ts ROUTES SOCKETS
 *
 * It lives inside the lab's namespaces, so its outgoing connections are the lab's. The listening sockets were made
 * outside, and a socket stays in the network namespace that it was made in: file descriptor 3 belongs to the
 * first server, 4 to the second, and so on, SOCKETS in all. ROUTES has the servers' addresses (routes.ts) in this order, and is read at each
 * connection: the lab's network and its servers can change while this runs. namespace-init.sh starts it, and again if it should end.
 */
import { createServer, type Socket } from "node:net";
import { forward } from "./forward";
import { readRoutes } from "./routes";
import { serveTime } from "./time-server";

const firstDescriptor = 3;
const sshPort = 22;
const [file = "", sockets = "0"] = process.argv.slice(2);

async function carry(client: Socket, index: number): Promise<void> {
  client.on("error", () => client.destroy());
  const routes = Object.values((await readRoutes(file)) ?? {});
  await forward(client, routes[index] ?? [], sshPort);
}

for (let index = 0; index < Number(sockets); index++) {
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
  createServer(options, (client) => void carry(client, index)).listen({ fd: firstDescriptor + index });
}

serveTime();
