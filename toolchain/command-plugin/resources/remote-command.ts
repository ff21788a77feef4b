import { run } from "kvmlab-provider/host/remote-shell";
import type { PropertyMap } from "kvmlab-provider/protocol/property-values";
import type { Client } from "ssh2";
import { commandLife } from "../command-life";
import { commandFailed, LineLog, previousOutput, trimmed } from "../command-run";
import { readConnection } from "../connection";
import { child, text, textMap } from "../property-reader";
import type { Step } from "../resource";
import { sshPool } from "./shared-ssh-pool";

/** command:remote:Command: runs a command on a host by SSH. */
export const remoteCommand = commandLife(
  async (command: string, inputs: PropertyMap, state: PropertyMap, step: Step): Promise<PropertyMap> => {
    const connection = readConnection(child(inputs, "connection") ?? {});
    const environment = textMap(inputs, "environment");
    const lines = new LineLog(step.log, text(inputs, "logging"));
    try {
      return await sshPool.use(connection, step, async (client, started) => {
        await mustAccept(client, Object.keys(environment), step);
        const result = await run(client, command, {
          stdin: text(inputs, "stdin") ?? "",
          sshEnv: { ...environment, ...previousOutput(inputs, state) },
          timeoutMs: step.timeoutMs,
          signal: step.signal,
          onStarted: started,
          onStdout: (piece) => lines.add("stdout", piece),
          onStderr: (piece) => lines.add("stderr", piece),
        });
        if (result.exitCode === 0) return { ...trimmed(result) };
        const how =
          result.signal === undefined ? `with status ${result.exitCode}` : `from signal ${result.signal}`;
        throw commandFailed(
          `${connection.endpoint.address}: process exited ${how}`,
          command,
          lines.everything,
        );
      });
    } finally {
      await lines.end();
    }
  },
);

const accepted = new WeakMap<Client, Map<string, boolean>>();

/**
 * Fails, as the official provider does, when sshd would drop one of the variables. sshd gives no word on that to ssh2, so a
 * command that prints its environment is asked, once per connection and name.
 */
async function mustAccept(client: Client, names: readonly string[], step: Step): Promise<void> {
  const known = accepted.get(client) ?? new Map<string, boolean>();
  accepted.set(client, known);
  const asked = names.filter((name) => !known.has(name));
  if (asked.length > 0) {
    const result = await run(client, "env", {
      sshEnv: Object.fromEntries(asked.map((name) => [name, "1"])),
      timeoutMs: step.timeoutMs,
      signal: step.signal,
    });
    const seen = new Set(result.stdout.split("\n"));
    for (const name of asked) known.set(name, seen.has(`${name}=1`));
  }
  const refused = names.filter((name) => known.get(name) === false);
  if (refused.length === 0) return;
  throw new Error(
    `could not set environment variable ${refused.map((name) => JSON.stringify(name)).join(", ")}: the SSH server must be configured to accept it (AcceptEnv). Where a POSIX shell runs the command, put the variables in front of it instead: VAR=value command`,
  );
}
