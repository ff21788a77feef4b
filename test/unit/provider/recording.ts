import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ProviderError } from "../../../provider/errors/provider-error";
import type { HostConnection } from "../../../provider/host/host-connection";
import type { HostPool } from "../../../provider/host/host-pool";
import { sectionsOf } from "../../../provider/host/sections";

/**
 * What a host answered, by what it was asked: `virsh COMMAND`, `virsh-error COMMAND`, `section NAME` of a script's answer. Not whether it came through
 * to ports: that is sshd's word, and the same everywhere.
 */
export type Recording = Map<string, string>;

/** A folder for each libvirt, a file for each moment. */
export const recordings = join(__dirname, "recorded");

type AskedPool = Pick<HostPool, "connect" | "run" | "script" | "shell" | "virsh" | "openTcp">;

const head = "=== ";

/** A file that has another name each time. */
const asAsked = (command: string) => command.replace(/(\/tmp\/kvmlab-cpu-)\w+/, "$1FILE");

export function writtenAs(recording: Recording): string {
  return [...recording].map(([asked, answer]) => `${head}${asked}\n${answer.trimEnd()}\n`).join("");
}

export function readRecording(text: string): Recording {
  const parts = `\n${text}`.split(`\n${head}`).slice(1);
  return new Map(
    parts.map((part) => {
      const [asked = "", ...lines] = part.split("\n");
      return [asked, lines.join("\n")];
    }),
  );
}

/** What a host with this libvirt said at this moment of a move: test/lab/record-answers.ts. */
export function recorded(libvirt: string, moment: string): Recording {
  return readRecording(readFileSync(join(recordings, libvirt, `${moment}.txt`), "utf8"));
}

/** A pool that notes what each host answers to what preflight asks. */
export function recordingPool(pool: HostPool, of: (host: HostConnection) => Recording): AskedPool {
  const sections = (host: HostConnection, token: string | undefined, text: string) => {
    for (const [name, section] of sectionsOf(token ?? "", text)) of(host).set(`section ${name}`, section);
  };
  return {
    connect: (host, signal) => pool.connect(host, signal),
    run: (host, command, options) => pool.run(host, command, options),
    shell: async (host, script, args, options) => {
      const text = await pool.shell(host, script, args, options);
      sections(host, args[0], text);
      return text;
    },
    script: async (host, script, args, options) => {
      const result = await pool.script(host, script, args, options);
      sections(host, args[0], result.stdout);
      return result;
    },
    virsh: async (host, commands, options) => {
      const answers = await pool.virsh(host, commands, options);
      commands.forEach((command, index) => {
        const { out = "", err = "" } = answers[index] ?? {};
        of(host).set(`virsh ${asAsked(command)}`, out);
        if (err !== "") of(host).set(`virsh-error ${asAsked(command)}`, err);
      });
      return answers;
    },
    openTcp: (host, address, port, options) => pool.openTcp(host, address, port, options),
  };
}

/** A pool whose hosts answer as they were recorded; what was not asked then is an error, and wants a new recording. */
export function replayingPool(of: (host: HostConnection) => Recording): AskedPool {
  const answer = (host: HostConnection, asked: string) => {
    const text = of(host).get(asked);
    if (text === undefined) throw new Error(`${host.name} was not asked: ${asked} (npm run record:answers)`);
    return text;
  };
  /** A script's answer, from the sections that it can have. */
  const answers = (host: HostConnection, script: string, token: string | undefined) => {
    const names = new Set([...script.matchAll(/\$mark:([\w.]+)/g)].map((match) => match[1]));
    return [...of(host)]
      .filter(([asked]) => asked.startsWith("section ") && names.has(asked.split(" ")[1]))
      .map(([asked, text]) => `=${token}:${asked.slice("section ".length)}\n${text.trimEnd()}\n`)
      .join("");
  };
  return {
    connect: async () => ({}) as Awaited<ReturnType<HostPool["connect"]>>,
    run: async (host, command) => {
      throw new Error(`${host.name}: ${command}: nothing of the kind is recorded`);
    },
    shell: async (host, script, args) => answers(host, script, args[0]),
    script: async (host, script, args) => ({
      exitCode: 0,
      stdout: answers(host, script, args[0]),
      stderr: "",
    }),
    virsh: async (host, commands) =>
      commands.map((command) => ({
        out: answer(host, `virsh ${asAsked(command)}`),
        err: of(host).get(`virsh-error ${asAsked(command)}`) ?? "",
      })),
    openTcp: (host, _address, port) => {
      const found = `port ${port}: Connection refused`;
      // SSH's word for it: RFC 4254, 5.1.
      const cause = Object.assign(new Error(found), { reason: 2 });
      const facts = {
        code: "KVM-407",
        host: host.name,
        expected: "an answer",
        found,
        fix: "none is needed",
      } as const;
      return Promise.reject(new ProviderError({ ...facts, cause }));
    },
  };
}
