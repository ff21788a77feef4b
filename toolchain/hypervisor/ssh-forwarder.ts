/**
 * Program: carries TCP connections from this machine's loopback to the servers inside a lab, and tells these the time.
 *
 *     node run.cjs ssh-forwarder.ts ADDRESS:PORT ...
 *
 * It lives inside the lab's namespaces, so its outgoing connections are the lab's. The listening sockets were made
 * outside, and a socket stays in the network namespace that it was made in: file descriptor 3 belongs to the
 * first ADDRESS, 4 to the second, and so on. namespace-init.sh starts it, and again if it should end.
 */
import { createServer } from "node:net";
import { forward } from "./forward";
import { serveTime } from "./time-server";

const firstDescriptor = 3;

process.argv.slice(2).forEach((target, index) => {
  const [host = "", port = ""] = target.split(":");
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
  createServer(options, (client) => void forward(client, host, Number(port))).listen({
    fd: firstDescriptor + index,
  });
});

serveTime();
