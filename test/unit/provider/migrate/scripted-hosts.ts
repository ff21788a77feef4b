import { setTimeout as sleep } from "node:timers/promises";
import { removeScript } from "../../../../provider/guest/remove";
import { realClock } from "../../../../provider/host/clock";
import { isMeant } from "../../../../provider/host/domain-name";
import type { HostConnection } from "../../../../provider/host/host-connection";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunOptions, RunResult } from "../../../../provider/host/remote-shell";
import { lookAtLoadScript } from "../../../../provider/migrate/host-load";
import { readTokens, tryPorts, trySsh, writeTokens } from "../../../../provider/preflight/look-scripts";
import type { Operation } from "../../../../provider/resources/resource";
import { silence } from "../host/sample-views";
import * as texts from "../preflight/sample-texts";

export interface ScriptedGuest {
  readonly uuid: string;
  readonly memoryKiB: number;
  readonly state: string;
}

interface ScriptedHost {
  availableKiB: number;
  readonly guests: Map<string, ScriptedGuest>;
}

export const connection = (name: string): HostConnection => ({
  name,
  address: name,
  port: 22,
  user: "root",
  privateKey: "k",
  hostKey: "h",
});

/** A guest with memory of an odd size, as the lab's own: no rule speaks against moving it. */
export const guest = (number: number, mebibytes: number, state = "running"): ScriptedGuest => ({
  uuid: texts.uuid.replace(/^.{8}/, String(number).padStart(8, "0")),
  memoryKiB: mebibytes * 1024 + 8,
  state,
});

const file = [texts.disk, `${texts.guestFolder}/vmlinux`, `${texts.guestFolder}/initrd.img`];

/** Hosts that answer all that a move asks, and between which guests really go over. */
export class ScriptedHosts extends HostPool {
  readonly hosts = new Map<string, ScriptedHost>();
  /** `source: virsh migrate …`, in this order. */
  readonly moves: string[] = [];
  readonly said: string[] = [];
  /** Guests whose move virsh refuses. */
  readonly refused = new Set<string>();
  /** Guests that arrive as another one. */
  readonly exchanged = new Set<string>();
  /** Guests whose definition the target does not keep. */
  readonly transient = new Set<string>();
  /** Hosts that do not answer. */
  readonly silent = new Set<string>();
  /** Guests that were destroyed and undefined, as `host: UUID`. */
  readonly removed: string[] = [];
  /** Rounds of looking at what hosts carry. */
  loads = 0;
  /** How many moves went on at once. */
  most = 0;
  #moving = 0;

  host(name: string, availableMiB: number, guests: Readonly<Record<string, ScriptedGuest>> = {}): this {
    this.hosts.set(name, { availableKiB: availableMiB * 1024, guests: new Map(Object.entries(guests)) });
    return this;
  }

  get connections(): HostConnection[] {
    return [...this.hosts.keys()].map(connection);
  }

  operation(signal = new AbortController().signal): Operation {
    const log = { status: () => {}, say: (line: string) => void this.said.push(line), flush: async () => {} };
    return { urn: "urn", pool: this, clock: realClock, signal, log };
  }

  at(name: string): ScriptedHost {
    const host = this.hosts.get(name);
    if (host) return host;
    throw new Error(`no host ${name}`);
  }

  /** The guests of a host, by their names. */
  guestsOn(name: string): string[] {
    return [...this.at(name).guests.keys()].sort();
  }

  override async connect({ name }: HostConnection): Promise<never> {
    if (this.silent.has(name)) throw silence(name).error;
    return undefined as never;
  }

  /** No guest answers. */
  override async openTcp(): Promise<never> {
    throw new Error("nobody listens");
  }

  override async script(
    { name }: HostConnection,
    script: string,
    args: readonly string[],
  ): Promise<RunResult> {
    if (script === removeScript) return this.#remove(name, args[0] ?? "");
    return { stdout: this.#answer(name, script, args), stderr: "", exitCode: 0 };
  }

  #answer(name: string, script: string, args: readonly string[]): string {
    const [token = "", second = "", third = ""] = args;
    switch (script) {
      case lookAtLoadScript:
        return this.#load(name, token, second, third);
      case tryPorts:
        return sections(token, { ports: "49152 1 Connection refused\n49215 1 Connection refused\n" });
      case trySsh:
        return sections(token, { ssh: `0\nboot-is-boot-of-${second}\nlibvirt-is-there\n` });
      case writeTokens:
        return sections(token, {
          tokens: `written ${texts.guestFolder}\n`,
          resolved: texts.getent("10.77.0.9", second),
          space: texts.space(),
        });
      case readTokens:
        return sections(token, {
          tokens: `seen ${texts.guestFolder}\n`,
          space: texts.space(),
          files: file.map((path) => `-erw ${path}\n`).join(""),
          [`chain ${texts.disk}`]: texts.chain,
        });
    }
    // The look at one guest; else the count of moves that others make.
    return script.includes("dominfo") ? this.#look(name, script, args) : "";
  }

  #remove(name: string, uuid: string): RunResult {
    const [called, found] = this.#found(name, uuid);
    if (found) this.removed.push(`${name}: ${uuid}`);
    if (called) this.at(name).guests.delete(called);
    const left = [...this.at(name).guests.values()].map((one) => `${one.uuid}\n`).join("");
    return { stdout: `=removed\n=left\n${left}`, stderr: "", exitCode: 0 };
  }

  #list(name: string): string {
    const lines = [...this.at(name).guests].map(([guest, { state }]) => ` -    ${guest}    ${state}\n`);
    return ` Id   Name   State\n--------------------\n${lines.join("")}\n`;
  }

  /** A guest as virsh finds it: by its UUID or by its name. */
  #found(host: string, given: string): [string, ScriptedGuest] | [undefined, undefined] {
    const guests = [...this.at(host).guests];
    return guests.find(([name, { uuid }]) => isMeant(given, { name, uuid })) ?? [undefined, undefined];
  }

  #domains(name: string): string {
    return [...this.at(name).guests].map(([guest, { uuid }]) => `${uuid} ${guest}\n`).join("");
  }

  #definition(name: string, { uuid, memoryKiB }: ScriptedGuest): string {
    const commandline = texts.oddMemory.replaceAll("131080k", `${memoryKiB}k`);
    return texts
      .definition({ commandline })
      .replaceAll(texts.uuid, uuid)
      .replace("<name>guest</name>", `<name>${name}</name>`);
  }

  #load(name: string, token: string, whose: string, named: string): string {
    this.loads++;
    const { guests, availableKiB } = this.at(name);
    const asked = [...guests].filter(([guest, { state, uuid }]) =>
      whose === "active" ? state !== "shut off" : whose === "guest" && isMeant(named, { name: guest, uuid }),
    );
    return sections(token, {
      list: this.#list(name),
      domains: this.#domains(name),
      ...Object.fromEntries(
        asked.map(([guest, one]) => [`definition ${guest}`, this.#definition(guest, one)]),
      ),
      end: "",
      kernel: texts.kernel({ availableKiB }),
    });
  }

  /** What a host says of itself, where that was asked too. */
  #host(name: string, others: readonly string[]) {
    return {
      clock: `${(performance.timeOrigin + performance.now()) / 1000}\n`,
      version: texts.version(),
      hostname: `${name}\n`,
      networks: "",
      capabilities: texts.capabilities(),
      ...Object.fromEntries(others.map((other) => [`other ${other}`, texts.getent("10.77.0.9", other)])),
      addresses: texts.addresses("10.77.0.9"),
      devices: "bridge br0\n",
      boot: `boot-of-${name}\n`,
      kernel: texts.kernel({ availableKiB: this.at(name).availableKiB }),
    };
  }

  #look(
    name: string,
    script: string,
    [token = "", asked = "", , , definition, xml, ...others]: readonly string[],
  ): string {
    const [called, found] = this.#found(name, asked);
    const info = found
      ? `Name:           ${called}\nUUID:           ${found.uuid}\nState:          ${found.state}\nPersistent:     ${this.transient.has(called) ? "no" : "yes"}\n`
      : "";
    return sections(token, {
      list: this.#list(name),
      domains: this.#domains(name),
      dominfo: info,
      state: found ? `${found.state} (booted)\n` : "",
      job: "Job type:         None\n",
      ...(definition && found ? { definition: this.#definition(called, found) } : {}),
      ...(xml && found ? { xml: this.#definition(called, found) } : {}),
      ...(script.includes("capabilities") ? this.#host(name, others) : {}),
      end: "",
    });
  }

  override async run({ name }: HostConnection, command: string, options?: RunOptions): Promise<RunResult> {
    // Whoever follows a job finds none: a move here is over at once.
    if (command.includes("while echo") && !command.includes("virsh migrate "))
      options?.onStdout?.("Job type:         None\n");
    const match = /^\{? ?(virsh migrate .* (\S+) qemu\+ssh:\/\/(\w+)\/system)/m.exec(command);
    if (!match?.[1] || !match[2] || !match[3]) return { stdout: "", stderr: "", exitCode: 0 };
    this.moves.push(`${name}: ${match[1]}`);
    this.most = Math.max(this.most, ++this.#moving);
    await sleep(5);
    this.#moving--;
    const [called, moved] = this.#found(name, match[2]);
    if (moved === undefined || this.refused.has(called))
      return { stdout: "", stderr: "error: internal error\n", exitCode: 1 };
    const [from, to] = [this.at(name), this.at(match[3])];
    const there = / --dname (\S+) /.exec(match[1])?.[1] ?? called;
    from.guests.delete(called);
    to.guests.set(there, this.exchanged.has(called) ? { ...moved, uuid: guest(99, 1).uuid } : moved);
    from.availableKiB += moved.memoryKiB;
    to.availableKiB -= moved.memoryKiB;
    return { stdout: "", stderr: "", exitCode: 0 };
  }
}

function sections(token: string, all: Readonly<Record<string, string>>): string {
  return Object.entries(all)
    .map(([name, text]) => `=${token}:${name}\n${text}${text.endsWith("\n") || text === "" ? "" : "\n"}`)
    .join("");
}
