import { ProviderError } from "../errors/provider-error";
import { type AskOptions, Conversation, type Spoken } from "./conversation";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { shellCommand } from "./shell-quote";

const shell: Spoken = {
  name: "sh",
  command: "sh -s",
  ended: (host, found) =>
    new ProviderError({
      code: "KVM-404",
      host,
      expected: "a shell that reads commands",
      found,
      fix: `see whether ${host} still runs, then run the same command again`,
    }),
};

/** One shell on a host that runs one script after the other. */
export class ShellSession extends Conversation {
  constructor(pool: HostPool, host: HostConnection) {
    super(pool, host, shell);
  }

  /**
   * Runs a script of sh with `args` as $1, $2 …, and gives what it prints. Each has a shell of its own, which starts no program: what one sets the
   * next does not see.
   *
   * @throws ProviderError as `ask` does
   */
  async runScript(script: string, args: readonly string[], options: AskOptions): Promise<string> {
    const mark = `=ended-${this.asked + 1}`;
    // In brackets it is read to its end before it runs, and nothing of it reads the next script.
    const text = `(\nset -- ${shellCommand(args)}\n${script.trim()}\n) < /dev/null\nprintf '\\n%s\\n' ${mark}\n`;
    const [answer] = await this.ask([{ text, mark: new RegExp(`\\n${mark}\\n`) }], options);
    return answer?.text ?? "";
  }
}
