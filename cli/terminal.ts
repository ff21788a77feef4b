import { execa } from "execa";
import { shellCommand } from "../provider/host/shell-quote";
import { hostOf, outputsOf, sshArguments } from "./access";
import { labStack } from "./lab-stack";
import { labStatus } from "./status";

/** Runs OpenSSH's `ssh` to one of the lab's servers with this terminal, and gives its exit code. */
export async function ssh(
  lab: string,
  host: string,
  command: readonly string[],
  options: { readonly terminal?: boolean } = {},
): Promise<number> {
  const stack = labStack(lab);
  const target = hostOf(await outputsOf(stack), host);
  const terminal = options.terminal ? ["-t"] : [];
  const line = command.length > 0 ? [command.join(" ")] : [];
  const result = await execa("ssh", [...terminal, ...sshArguments(stack, target), ...line], {
    stdio: "inherit",
    reject: false,
  });
  return result.exitCode ?? 1;
}

/** `virsh` on one of the hosts, its arguments as they were typed. */
export function virsh(lab: string, host: string, args: readonly string[]): Promise<number> {
  return ssh(lab, host, [shellCommand(["virsh", ...args])]);
}

/** The guest's serial console, on whichever host it runs. Leave it with Ctrl-]. */
export async function console_(lab: string): Promise<number> {
  const { guest } = await labStatus(lab);
  return ssh(lab, guest.runningOn, [shellCommand(["virsh", "console", guest.name, "--force"])], {
    terminal: true,
  });
}
