import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { rootCommand } from "kvmlab-provider/host/root-command";
import { shellCommand } from "kvmlab-provider/host/shell-quote";
import type { HostConnectionInput } from "kvmlab-provider/sdk/inputs";
import { render } from "../templates/render";
import type { Machine } from "./machine";

/** How often a host that does not answer SSH yet is tried, about five minutes in all: an emulated one may take two to boot. */
const dialErrorLimit = 75;
const perDialTimeoutSeconds = 10;

/** How @pulumi/command reaches a host. */
export function commandConnection(host: HostConnectionInput) {
  return {
    host: host.address,
    port: host.port,
    user: host.user,
    // Without one the plugin asks the SSH agent of who deploys.
    ...(host.privateKey === undefined ? {} : { privateKey: host.privateKey }),
    hostKey: host.hostKey,
    dialErrorLimit,
    perDialTimeout: perDialTimeoutSeconds,
  };
}

/** A line of shell with root's rights on a machine. */
export function asRoot({ connection }: Machine, command: string): string {
  return connection.sudo === true ? rootCommand(command) : command;
}

export interface RemoteScriptOptions {
  readonly parent: pulumi.Resource;
  /** What must be there first, besides the machine itself. */
  readonly dependsOn?: readonly pulumi.Resource[];
  /** What takes back on delete what this script does, where somebody has the machine. Without it, all of that stays. */
  readonly undo?: Undo;
}

/** A script of templates/, with its arguments: none of them is a secret, for they are on its command line. */
export interface Undo {
  readonly template: string;
  readonly args?: readonly string[];
}

/**
 * Runs a script of templates/ on a machine: once, again whenever its text or an argument changes, and again when the
 * machine is made again.
 *
 * The script comes by standard input and sees `args` as $1, $2 …; so no value, secret or not, is ever on a command
 * line. Scripts are idempotent: running one again fixes what somebody broke.
 */
export function remoteScript(
  name: string,
  machine: Machine,
  template: string,
  args: readonly pulumi.Input<string>[],
  { parent, dependsOn = [], undo }: RemoteScriptOptions,
): remote.Command {
  // A machine that was built goes as a whole.
  const takenBack = machine.existing ? undo : undefined;
  const stdin = pulumi.all([...args]).apply((values) => wholeScript(values, render(template)));
  return new remote.Command(
    name,
    {
      connection: commandConnection(machine.connection),
      create: asRoot(machine, "sh -s"),
      stdin,
      // The engine has this script's own text on standard input then, too: nothing reads it.
      ...(takenBack === undefined ? {} : { delete: asRoot(machine, undoing(takenBack)) }),
    },
    {
      parent,
      dependsOn: [machine.resource, ...dependsOn],
      replaceWith: [machine.resource],
      // Otherwise the old one's undoing would come last.
      ...(takenBack === undefined ? {} : { deleteBeforeReplace: true }),
    },
  );
}

function undoing({ template, args = [] }: Undo): string {
  return shellCommand(["sh", "-c", render(template), "sh", ...args]);
}

/**
 * `script` with `args` as its positional arguments. In braces, the shell reads all of it before it runs any: a connection
 * that breaks half way runs nothing, and no command of the script reads the rest of it as its own input.
 */
export function wholeScript(args: readonly string[], script: string): string {
  return `{\nset -- ${shellCommand(args)}\n${script.trimEnd()}\n} < /dev/null\n`;
}
