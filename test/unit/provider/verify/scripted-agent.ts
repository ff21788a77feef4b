import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { split } from "shlex";
import type { HostConnection } from "../../../../provider/host/host-connection";
import { HostPool } from "../../../../provider/host/host-pool";
import type { RunOptions, RunResult } from "../../../../provider/host/remote-shell";

/** What a guest's agent answers, as virsh 9.0 prints it for QEMU 7.2. */
export interface ScriptedAgent {
  readonly files?: Readonly<Record<string, string>>;
  /** Commands that the agent was told not to carry out. */
  readonly blocked?: readonly string[];
  /** virsh's words in place of any answer. */
  readonly silent?: string;
  readonly timeNs?: string;
}

const notBlocked = (command: string, blocked: readonly string[]) =>
  blocked.includes(command)
    ? `error: internal error: unable to execute QEMU agent command '${command}': Command ${command} has been disabled`
    : undefined;

interface Asked {
  readonly execute: string;
  readonly arguments?: Readonly<Record<string, string | number>>;
}

/** The agent's side of one virsh: files are opened under numbers that go on from one session to the next. */
class Answers {
  #next = 1000;
  readonly open = new Map<number, string>();
  constructor(readonly agent: ScriptedAgent) {}

  to({ execute, arguments: given = {} }: Asked): string {
    const { files = {}, blocked = [], silent, timeNs = "1795455022123456789" } = this.agent;
    if (silent !== undefined) return `error: ${silent}`;
    const refused = notBlocked(execute, blocked);
    if (refused !== undefined) return refused;
    switch (execute) {
      case "guest-get-time":
        return `{"return":${timeNs}}`;
      case "guest-file-open": {
        const text = files[String(given.path)];
        if (text === undefined)
          return `error: internal error: unable to execute QEMU agent command 'guest-file-open': failed to open file '${given.path}' (mode: 'r'): No such file or directory`;
        this.open.set(++this.#next, text);
        return `{"return":${this.#next}}`;
      }
      case "guest-file-read": {
        const text = Buffer.from(this.open.get(Number(given.handle)) ?? "");
        return `{"return":{"count":${text.length},"buf-b64":"${text.toString("base64")}","eof":true}}`;
      }
      default:
        this.open.delete(Number(given.handle));
        return '{"return":{}}';
    }
  }
}

/** A pool whose hosts have one guest with this agent; `after` takes its place when it is set. */
export class AgentPool extends HostPool {
  readonly sessions: string[] = [];
  readonly lines: string[] = [];
  #answers: Answers;

  constructor(agent: ScriptedAgent) {
    super();
    this.#answers = new Answers(agent);
  }

  set agent(agent: ScriptedAgent) {
    this.#answers = new Answers(agent);
  }

  /** Files that the agent still holds open. */
  get left(): number {
    return this.#answers.open.size;
  }

  override run({ name }: HostConnection, command: string, options: RunOptions): Promise<RunResult> {
    this.sessions.push(`${name}: ${command.split("; ").at(-1)}`);
    return converse(options, (line) => {
      this.lines.push(line);
      const words = split(line);
      const json = words.at(-1) ?? "";
      return words[0] === "echo" ? json : `${this.#answers.to(JSON.parse(json))}\n`;
    });
  }
}

/** Answers each line as virsh does that reads from no terminal: it repeats the line, and ends no line of its own after `echo`. */
async function converse(options: RunOptions, answer: (line: string) => string): Promise<RunResult> {
  for await (const line of createInterface({ input: options.stdin as Readable })) {
    // In pieces that end anywhere.
    // readline shows the end only of a line that is too long for a terminal.
    const repeated = line.length > 70 ? `\r<${line.slice(-60)}` : line;
    for (const piece of `virsh # ${repeated}\n${answer(line)}`.match(/[\s\S]{1,7}/g) ?? [])
      options.onStdout?.(piece);
  }
  return { stdout: "", stderr: "", exitCode: 0 };
}

export const bootId = "c1a3f3f4-6cb2-4bd8-9f5f-0c2d3b5f6a70";

/** A Debian guest on ext4, with its files as they were read there. */
export const linux = (uptime: string, more: Readonly<Record<string, string>> = {}): ScriptedAgent => ({
  files: {
    "/proc/sys/kernel/random/boot_id": `${bootId}\n`,
    "/proc/uptime": uptime,
    "/proc/mounts": `sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0
/dev/vda1 / ext4 rw,relatime,discard,errors=remount-ro 0 0
/dev/vda15 /boot/efi vfat rw,relatime,fmask=0077,errors=remount-ro 0 0
tmpfs /run tmpfs rw,nosuid,nodev 0 0
/dev/sr0 /media iso9660 ro,relatime 0 0
`,
    "/sys/fs/ext4/vda1/errors_count": "0\n",
    ...more,
  },
});
