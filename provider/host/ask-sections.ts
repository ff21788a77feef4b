import { randomBytes } from "node:crypto";
import type { AskOptions } from "./conversation";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import { sectionsOf } from "./sections";

export interface VirshSections {
  /** What virsh printed, by the names of the commands. */
  readonly sections: ReadonlyMap<string, string>;
  /** All that it complained of. */
  readonly errors: string;
}

/** Asks the host's virsh several commands, by names for their answers. */
export async function virshSections(
  pool: Pick<HostPool, "virsh">,
  host: HostConnection,
  asked: Readonly<Record<string, string>>,
  options: AskOptions,
): Promise<VirshSections> {
  const answers = await pool.virsh(host, Object.values(asked), options);
  const names = Object.keys(asked);
  return {
    sections: new Map(names.map((name, index) => [name, answers[index]?.out ?? ""])),
    errors: answers.map(({ err }) => err).join(""),
  };
}

/** Runs a script in the host's shell whose answers follow lines with `$mark:` and their names. */
export async function shellSections(
  pool: Pick<HostPool, "shell">,
  host: HostConnection,
  script: string,
  args: readonly string[],
  options: AskOptions,
): Promise<ReadonlyMap<string, string>> {
  const token = randomBytes(6).toString("hex");
  return sectionsOf(token, await pool.shell(host, `mark="=$1"; shift\n${script}`, [token, ...args], options));
}
