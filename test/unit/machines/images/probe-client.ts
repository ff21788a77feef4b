import { once } from "node:events";
import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

export interface Status {
  readonly bootId: string;
  readonly counter: number;
  readonly uptimeMs: number;
  readonly sequence: number;
  readonly syncedSequence: number;
  readonly memoryLoadPages: number;
  readonly diskLoadKiB: number;
  readonly diskError: string | null;
  readonly resumed: boolean;
  readonly echo?: string;
}

/** One TCP connection that gives the probe's lines one by one. */
export class Client {
  private readonly lines: AsyncIterator<string>;
  constructor(readonly socket: Socket) {
    this.lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  async next(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the probe closed the connection");
    return value;
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.next()) as Status;
  }
}

/** Connects to the probe on this machine. */
export async function openProbe(port: number): Promise<Client> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return new Client(socket);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: free } = server.address() as AddressInfo;
  server.close();
  return free;
}

/** Waits until the probe has synced a sequence number of at least `wanted`. */
export async function synced(client: Client, wanted: number): Promise<Status> {
  for (;;) {
    client.socket.write("status\n");
    const status = await client.status();
    if (status.syncedSequence >= wanted) return status;
    await sleep(50);
  }
}

/** Changes one byte of the pattern in a process's memory: the last page of it, which is never written again. */
export function spoilOnePage(pid: number): void {
  const memory = openSync(`/proc/${pid}/mem`, "r+");
  const writable = [...readFileSync(`/proc/${pid}/maps`, "utf8").matchAll(/^(\w+)-(\w+) rw-p/gm)];
  const pages = writable.flatMap(([, from, to]) => {
    const [start, end] = [Number.parseInt(from ?? "", 16), Number.parseInt(to ?? "", 16)];
    return Array.from({ length: (end - start) / 4096 }, (_, index) => start + index * 4096);
  });
  const page = Buffer.alloc(4096);
  const isPattern = (address: number) => {
    if (readSync(memory, page, 0, 4096, address) !== 4096) return false;
    const first = page.readBigUInt64LE(0);
    return first !== 0n && [1, 2, 3].every((step) => page.readBigUInt64LE(step * 8) === first + BigInt(step));
  };
  const last = pages.findLast(isPattern);
  if (last === undefined) throw new Error("no page of the pattern");
  writeSync(memory, Buffer.from([(page[100] ?? 0) ^ 1]), 0, 1, last + 100);
  closeSync(memory);
}
