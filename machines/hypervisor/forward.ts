import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A server that boots or wakes refuses at once, and one that is not there yet answers nothing. A client is held meanwhile, so
 * that it is served the moment that the server is there; it tries again itself, with pauses that grow.
 */
const holdMs = 3_000;
const againMs = 50;
const connectLimitMs = 1_000;
/** After a server has vanished without a word, its connections are dropped about 25 s later. */
const keepAliveMs = 15_000;
/** Carries what a client and a server say to each other, once the server takes a connection; ends both when either fails. */
export async function forward(client: Socket, hosts: readonly string[], port: number): Promise<void> {
  client.on("error", () => client.destroy());
  const server = await reach(client, hosts, port);
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

/**
 * A connection to the server at the first of its addresses that takes one, as soon as one does; undefined when none does in time or
 * the client is gone.
 */
async function reach(client: Socket, hosts: readonly string[], port: number): Promise<Socket | undefined> {
  const end = performance.now() + holdMs;
  for (;;) {
    for (const host of hosts) {
      const server = await tryOnce(host, port);
      if (server !== undefined || client.destroyed) return server;
    }
    if (performance.now() > end) return undefined;
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
