/**
 * Program: carries TCP connections from this machine's loopback to the servers inside a lab, and tells these the time.
 *
 *     node run.cjs ssh-forwarder.ts ADDRESS:PORT ...
 *
 * It lives inside the lab's namespaces, so its outgoing connections are the lab's. The listening sockets were made
 * outside, and a socket stays in the network namespace that it was made in: file descriptor 3 belongs to the
 * first ADDRESS, 4 to the second, and so on. namespace-init.sh starts it, and again if it should end.
 */
import { connect, createServer, type Socket } from "node:net";
import { serveTime } from "./time-server";

/** A server that boots refuses at once; one that is not there yet answers nothing. SSH clients try again. */
const connectLimitMs = 2_000;
/** After a server has vanished without a word, its connections are dropped about 25 s later. */
const keepAliveMs = 15_000;
const firstDescriptor = 3;

function forward(client: Socket, host: string, port: number): void {
  const server = connect({
    host,
    port,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
  });
  const giveUp = () => {
    client.destroy();
    server.destroy();
  };
  const limit = setTimeout(giveUp, connectLimitMs);
  for (const socket of [client, server]) socket.on("error", giveUp);
  // What was read from one side is still written to the other after the first has gone.
  client.on("close", () => server.destroySoon());
  server.on("close", () => {
    clearTimeout(limit);
    client.destroySoon();
  });
  server.once("connect", () => {
    clearTimeout(limit);
    client.pipe(server);
    server.pipe(client);
  });
}

process.argv.slice(2).forEach((target, index) => {
  const [host = "", port = ""] = target.split(":");
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
  createServer(options, (client) => forward(client, host, Number(port))).listen({
    fd: firstDescriptor + index,
  });
});

serveTime();
