import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A stand-in for the probe inside a guest, on this machine: the same answers over TCP and UDP, on one port. */
export class EchoGuest {
  readonly #udp = createSocket("udp4");
  readonly #clients = new Set<Socket>();
  readonly #tcp = createServer((socket) => {
    this.#clients.add(socket);
    this.connections++;
    socket.on("error", () => {});
    socket.write(`${this.#status()}\n`);
    socket.on("data", (data) => {
      for (const [, line = ""] of data.toString().matchAll(/(.*)\n/g)) {
        if (line.startsWith("load ") || line.startsWith("writes ")) this.loads.push(line);
        socket.write(`${this.#status()}\n`);
      }
    });
  });
  readonly #begun = performance.now();
  /** What it was told to write, so far. */
  readonly loads: string[] = [];
  /** Over TCP, so far. */
  connections = 0;
  /** Datagrams by this rule are not answered. */
  drop: (number: number) => boolean = () => false;
  /** Datagrams by this rule are answered twice. */
  twice: (number: number) => boolean = () => false;

  async start(): Promise<number> {
    this.#tcp.listen(0, "127.0.0.1");
    await once(this.#tcp, "listening");
    const { port } = this.#tcp.address() as AddressInfo;
    this.#udp.on("message", (message, from) => {
      const number = Number(message.toString());
      const answer = this.#status(message.toString());
      if (this.drop(number)) return;
      for (let copy = this.twice(number) ? 2 : 1; copy > 0; copy--)
        this.#udp.send(answer, from.port, from.address);
    });
    this.#udp.bind(port, "127.0.0.1");
    await once(this.#udp, "listening");
    return port;
  }

  /** Closes every connection, as a guest does that is booted again. */
  hangUp(): void {
    for (const client of this.#clients) client.destroy();
    this.#clients.clear();
  }

  stop(): void {
    this.hangUp();
    this.#tcp.close();
    this.#udp.close();
  }

  #status(echo?: string): string {
    const uptimeMs = Math.round(performance.now() - this.#begun);
    const status = {
      ...{ bootId: "a-boot", counter: Math.floor(uptimeMs / 100), uptimeMs },
      ...{ sequence: 0, syncedSequence: 0, diskError: null, resumed: false },
      ...{ memoryLoadPages: this.loads.length > 0 ? uptimeMs : 0, diskLoadKiB: 0 },
    };
    return JSON.stringify(echo === undefined ? status : { ...status, echo });
  }
}
