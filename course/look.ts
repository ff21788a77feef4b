import { randomBytes } from "node:crypto";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import type { HostPool } from "kvmlab-provider/host/host-pool";
import { marker, sectionsOf } from "kvmlab-provider/host/sections";
import type { AllSeen, Seen } from "./evaluate";
import { type Check, type Role, roles } from "./exercise";
import { fillIn } from "./fill-in";
import type { LabValues } from "./lab-values";

/** Everything that is looked at on one server, together. */
const lookLimitMs = 20_000;

/** Runs checks: one connection a server, and one shell. A server that does not answer leaves its checks unseen. */
export async function look(
  checks: readonly Check[],
  values: LabValues,
  hosts: Readonly<Record<Role, HostConnection>>,
  pool: Pick<HostPool, "script">,
): Promise<AllSeen> {
  const answers = await Promise.all(
    roles.map(async (role) => {
      const own = checks.filter(({ on }) => on.includes(role));
      const token = randomBytes(6).toString("hex");
      if (own.length === 0) return { role, token, text: "" };
      let text = "";
      const limits = { timeoutMs: lookLimitMs, signal: AbortSignal.timeout(lookLimitMs) };
      const onStdout = (part: string) => {
        text += part;
      };
      await pool
        .script(hosts[role], lookScript(own, values, token), [], { ...limits, onStdout })
        // What it said until then counts.
        .catch(() => undefined);
      return { role, token, text };
    }),
  );
  return new Map(
    checks.map(({ name }) => [
      name,
      new Map(answers.map(({ role, token, text }) => [role, seenIn(text, token, name)])),
    ]),
  );
}

/** One script for all of them: each in a shell of its own, its answer and then its exit code after a line that names it. */
export function lookScript(
  checks: readonly Pick<Check, "name" | "run">[],
  values: LabValues,
  token: string,
): string {
  const line = (name: string) => `printf '\\n%s\\n' '${marker(token, name)}'`;
  return checks
    .map(({ name, run }) => {
      const script = fillIn(run, values, "shell").trimEnd();
      return `${line(name)}\n(\n${script}\n) < /dev/null 2>&1\nended=$?\n${line(`${name} exit`)}\necho "$ended"\n`;
    })
    .join("");
}

/** What a server said of one check. */
export function seenIn(text: string, token: string, name: string): Seen {
  const sections = sectionsOf(token, text);
  const exit = sections.get(`${name} exit`)?.trim();
  return exit ? { exitCode: Number(exit), output: sections.get(name) ?? "" } : undefined;
}
