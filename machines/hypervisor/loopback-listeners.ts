import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { LabError } from "../../errors/lab-error";
import type { Endpoint } from "./hypervisor";

const ports = [22_022, 22_122, 22_222] as const;
const netsPerPort = 8;

/** As many servers as a lab may have: a storage server and eight hosts. */
const mostServers = 9;
/** The last byte of the first server's address on the loopback. */
const firstHostNumber = 2;

/** Sockets that listen in the network namespace of this process, to be handed to the SSH forwarder. */
export interface LoopbackListeners {
  /** In the order of a lab's servers. */
  readonly endpoints: readonly Endpoint[];
  /** File descriptors in the same order. */
  readonly descriptors: readonly number[];
  /** Closes this process's share of the sockets. */
  close(): void;
}

/**
 * Where a lab's servers can be reached, the preferred place first. It follows from the lab's name, so that a
 * lab keeps its addresses over restarts; 127.64.0.0/10 keeps clear of what other programs use of the loopback.
 */
export function loopbackCandidates(lab: string): Endpoint[][] {
  const hash = createHash("sha256").update(lab).digest();
  const net = 64 + (hash.readUInt8(0) % 64);
  const subnet = hash.readUInt8(1);
  return ports.flatMap((port) =>
    Array.from({ length: netsPerPort }, (_, step) =>
      Array.from({ length: mostServers }, (_place, index) => ({
        address: `127.${net}.${(subnet + step) % 256}.${firstHostNumber + index}`,
        port,
      })),
    ),
  );
}

/**
 * Listens at the first of the lab's places that is free.
 *
 * @throws LabError KVM-316 when none is.
 */
export async function listenOnLoopback(lab: string): Promise<LoopbackListeners> {
  const candidates = loopbackCandidates(lab);
  let lastTrouble: unknown;
  for (const endpoints of candidates) {
    const servers: Server[] = [];
    const close = () => servers.map((server) => server.close());
    try {
      for (const endpoint of endpoints) servers.push(await listen(endpoint));
      return { endpoints, descriptors: servers.map(descriptorOf), close };
    } catch (trouble) {
      close();
      lastTrouble = trouble;
    }
  }
  throw new LabError({
    code: "KVM-316",
    expected: `${mostServers} free TCP ports at one of ${candidates.length} places on the loopback, ${ports.join(", ")} in 127.64.0.0/10`,
    found: String(lastTrouble),
    fix: `ss -ltnp 'sport = :${ports[0]}' shows who listens there; ./lab down of a lab that is not needed frees its ports`,
    cause: lastTrouble,
  });
}

async function listen({ address, port }: Endpoint): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ host: address, port, backlog: 64 });
  await once(server, "listening");
  return server;
}

/** Node has no public name for it, but `child_process.spawn` takes descriptors only by number. */
function descriptorOf(server: Server): number {
  const handle: unknown = Reflect.get(server, "_handle");
  if (typeof handle === "object" && handle !== null && "fd" in handle && typeof handle.fd === "number")
    return handle.fd;
  throw new Error("this version of Node does not show the file descriptor of a listening socket");
}
