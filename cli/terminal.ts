import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { shellCommand } from "kvmlab-provider/host/shell-quote";
import { LabError } from "../errors/lab-error";
import { guestNamed, hostOf, knownLab, kvmHosts, sshArguments } from "./access";
import { inForeground } from "./foreground";
import { labStack } from "./lab-stack";
import { labStatus } from "./status";

/** Runs OpenSSH's `ssh` to one of the lab's servers with this terminal, and gives its exit code. */
export async function ssh(
  lab: string,
  host: string,
  command: readonly string[],
  options: { readonly terminal?: boolean; readonly runsGuests?: boolean } = {},
): Promise<number> {
  const stack = labStack(lab);
  const { hosts, outputs } = await knownLab(stack);
  if (outputs?.guests.some(({ guest }) => guest.name === host)) throw guestHasNoSsh(lab, host, hosts);
  const target = hostOf(options.runsGuests ? kvmHosts(hosts) : hosts, host);
  const terminal = options.terminal ? ["-t"] : [];
  const words = withoutSeparator(command);
  const line = words.length > 0 ? [words.join(" ")] : [];
  return inForeground("ssh", [...terminal, ...sshArguments(stack, target), ...line]);
}

function guestHasNoSsh(lab: string, guest: string, hosts: readonly HostConnection[]): LabError {
  const option = lab === "dev" ? "" : ` --lab ${lab}`;
  return new LabError({
    code: "KVM-906",
    expected: `one of the servers: ${hosts.map(({ name }) => name).join(", ")}`,
    found: `${guest}, which is a guest: it has a serial console, and no SSH`,
    fix: `./lab console${option} ${guest}`,
  });
}

/** `virsh` on one of the hosts, its arguments as they were typed. */
export function virsh(lab: string, host: string, args: readonly string[]): Promise<number> {
  // `virsh console`, `edit` and the like want a terminal, and a pipe wants none.
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  return ssh(lab, host, [shellCommand(["virsh", ...withoutSeparator(args)])], { terminal, runsGuests: true });
}

/** `./lab ssh HOST -- COMMAND`: the `--` that may end ./lab's own options is not part of the command. A second one is. */
export function withoutSeparator(words: readonly string[]): readonly string[] {
  return words[0] === "--" ? words.slice(1) : words;
}

/**
 * A guest's serial console, on whichever host it runs: the first guest's where none is named. Leave it with Ctrl-].
 *
 * @throws LabError KVM-908 no such guest, KVM-506 when the guest runs nowhere, KVM-603 when it runs twice
 */
export async function guestConsole(lab: string, name?: string): Promise<number> {
  const { guests } = await labStatus(lab);
  const guest = guestNamed(guests, name);
  const [host, ...others] = guest.copies;
  if (host === undefined || others.length > 0) {
    throw new LabError({
      code: host === undefined ? "KVM-506" : "KVM-603",
      expected: `the guest ${guest.name} running on one of the hosts`,
      found: host === undefined ? "it runs nowhere" : `it is active on ${guest.copies.join(" and ")}`,
      fix:
        host === undefined
          ? `./lab up ${lab} --refresh`
          : "stop the wrong copy at once: ./lab virsh HOST destroy NAME",
    });
  }
  return ssh(lab, host, [shellCommand(["virsh", "console", guest.name, "--force"])], { terminal: true });
}
