/**
 * Program: carries TCP connections from this machine's loopback to the servers inside a lab, and tells these the time.
 *
 *     node run.cjs ssh-forwarder.ts ROUTES
 *
 * It lives inside the lab's namespaces, so its outgoing connections are the lab's. The listening sockets were made
 * outside, and a socket stays in the network namespace that it was made in: file descriptor 3 belongs to the
 * first of `serverRoles`, 4 to the second, and so on. ROUTES has the servers' addresses (routes.ts), and is read at each
 * connection: the lab's network can change while this runs. namespace-init.sh starts it, and again if it should end.
 */
import { createServer, type Socket } from "node:net";
import { forward } from "./forward";
import { type ServerRole, serverRoles } from "./hypervisor";
import { readRoutes } from "./routes";
import { serveTime } from "./time-server";

const firstDescriptor = 3;
const sshPort = 22;
const [file = ""] = process.argv.slice(2);

async function carry(client: Socket, role: ServerRole): Promise<void> {
  client.on("error", () => client.destroy());
  await forward(client, (await readRoutes(file))?.[role] ?? [], sshPort);
}

serverRoles.forEach((role, index) => {
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
  createServer(options, (client) => void carry(client, role)).listen({ fd: firstDescriptor + index });
});

serveTime();
