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
import { setTimeout as sleep } from "node:timers/promises";
import { serveTime } from "./time-server";

/**
 * A server that boots or wakes refuses at once, and one that is not there yet answers nothing. A client is held meanwhile, so
 * that it is served the moment that the server is there; it tries again itself, with pauses that grow.
 */
const holdMs = 3_000;
const againMs = 50;
const connectLimitMs = 1_000;
/** After a server has vanished without a word, its connections are dropped about 25 s later. */
const keepAliveMs = 15_000;
const firstDescriptor = 3;

async function forward(client: Socket, host: string, port: number): Promise<void> {
  client.on("error", () => client.destroy());
  const server = await reach(client, host, port);
  if (server === undefined) return void client.destroy();
  const giveUp = () => {
    client.destroy();
    server.destroy();
  };
  for (const socket of [client, server]) socket.on("error", giveUp);
  // What was read from one side is still written to the other after the first has gone.
  client.on("close", () => server.destroySoon());
  server.on("close", () => client.destroySoon());
  if (client.destroyed) return giveUp();
  client.pipe(server);
  server.pipe(client);
}

/** A connection to the server, as soon as it takes one; undefined when it takes none in time or the client is gone. */
async function reach(client: Socket, host: string, port: number): Promise<Socket | undefined> {
  const end = performance.now() + holdMs;
  for (;;) {
    const server = await tryOnce(host, port);
    if (server !== undefined || client.destroyed || performance.now() > end) return server;
    await sleep(againMs);
  }
}

function tryOnce(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const server = connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    });
    const fail = () => {
      clearTimeout(limit);
      server.destroy();
      resolve(undefined);
    };
    const limit = setTimeout(fail, connectLimitMs);
    server.once("error", fail);
    server.once("connect", () => {
      clearTimeout(limit);
      server.off("error", fail);
      resolve(server);
    });
  });
}

process.argv.slice(2).forEach((target, index) => {
  const [host = "", port = ""] = target.split(":");
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
  createServer(options, (client) => void forward(client, host, Number(port))).listen({
    fd: firstDescriptor + index,
  });
});

serveTime();
