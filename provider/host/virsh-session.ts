import { randomBytes } from "node:crypto";
import { type AskOptions, Conversation, type Spoken } from "./conversation";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { libvirtSilent } from "./libvirt-silent";
import { systemVirsh } from "./virsh-environment";

/** What virsh printed on one command. */
export interface VirshAnswer {
  readonly out: string;
  /** Its `error: …` lines; empty when the command went well. */
  readonly err: string;
}

/**
 * Not --quiet: that leaves out the heads of tables. The readline of virsh repeats each line that it reads; on a terminal that is too narrow it
 * would show a part of it only. Errors come by the same way as answers, so that each stands where its answer would. A virsh that reads commands
 * writes them into its user's history when it ends: that is the user's, and a place that cannot be keeps it out.
 */
const virsh: Spoken = {
  name: "virsh",
  command: `${systemVirsh} TERM=dumb COLUMNS=32767 XDG_CACHE_HOME=/dev/null; virsh 2>&1`,
  ended: libvirtSilent,
};

const prompt = "virsh # ";

/** One virsh on a host that carries out one command after the other. */
export class VirshSession extends Conversation {
  /** No guest's name can look like a mark. */
  readonly #token = randomBytes(6).toString("hex");

  constructor(pool: HostPool, host: HostConnection, signal?: AbortSignal) {
    super(pool, host, virsh, signal);
  }

  /**
   * Has the commands carried out. A command must be plain ASCII: where the host has no locale of UTF-8, readline takes other characters for
   * keys. Call a guest by its UUID.
   *
   * @throws ProviderError as `ask` does, and KVM-610 when virsh ended
   */
  async runAll(commands: readonly string[], options: AskOptions): Promise<VirshAnswer[]> {
    const marks = commands.map((_, index) => `=${this.#token}-${this.asked + index + 1}`);
    const questions = commands.map((command, index) => ({
      text: `${command}\necho ${marks[index]}\n`,
      // No line ends what virsh's `echo` prints: the next prompt follows at once.
      mark: new RegExp(`(?:^|${prompt})${marks[index]}(?!\\d)`, "m"),
    }));
    const answers = await this.ask(questions, options);
    return answers.map(({ text }, index) => answerIn(text, commands[index] ?? "", marks[index] ?? ""));
  }
}

/** The answer alone: without virsh's welcome, without prompts, and without the two lines that readline may repeat. */
function answerIn(said: string, command: string, mark: string): VirshAnswer {
  let out = said.slice(said.indexOf(prompt) + prompt.length);
  if (out.startsWith(`${command}\n`)) out = out.slice(command.length + 1);
  const repeated = `${prompt}echo ${mark}\n`;
  if (out.endsWith(repeated)) out = out.slice(0, -repeated.length);
  const err = /^(?:error: .*(?:\n|$))+/.exec(out)?.[0] ?? "";
  return { out: out.slice(err.length), err };
}
