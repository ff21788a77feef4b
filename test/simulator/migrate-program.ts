import { Move } from "./move";
import type { MoveOptions } from "./move-options";
import type { Program, Shell } from "./remote-program";
import { noDaemon } from "./virsh-texts";

export interface MigrateCommand extends MoveOptions {
  readonly guest: string;
  readonly target: string;
  readonly offline: boolean;
  /** virsh itself asks for the switch, after the first pass. */
  readonly afterPrecopy: boolean;
  readonly resume: boolean;
}

const withValue = new Set(["--dname", "--bandwidth", "--migrateuri"]);

/** Reads `virsh migrate …`. */
function parseMigrate(words: readonly string[]): MigrateCommand {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let index = 2; index < words.length; index++) {
    const word = words[index] ?? "";
    if (withValue.has(word)) values.set(word, words[++index] ?? "");
    else if (word.startsWith("--")) flags.add(word);
    else rest.push(word);
  }
  return {
    guest: rest[0] ?? "",
    target: /^qemu\+ssh:\/\/([^/]+)\/system$/.exec(rest[1] ?? "")?.[1] ?? "",
    live: flags.has("--live"),
    offline: flags.has("--offline"),
    postcopy: flags.has("--postcopy"),
    afterPrecopy: flags.has("--postcopy-after-precopy"),
    resume: flags.has("--postcopy-resume"),
    persistent: flags.has("--persistent"),
    undefineSource: flags.has("--undefinesource"),
    peerToPeer: flags.has("--p2p"),
    newName: values.get("--dname"),
  };
}

/** `virsh migrate` */
export function migrateProgram(words: readonly string[]): Program {
  const command = parseMigrate(words);
  return async (shell) => {
    const { world, host } = shell;
    await shell.sleep(world.chance.between(100, 600));
    const target = world.hosts.get(command.target);
    if (!host.libvirtd) return says(shell, noDaemon.err);
    if (target === undefined) return says(shell, `error: unable to resolve '${command.target}'\n`);
    world.asked.push(`${host.name}: ${words.join(" ")}`);
    if (world.refuses.has(shell.libvirt.find(command.guest)?.name ?? ""))
      return says(shell, "error: internal error\n");
    if (command.offline) return ended(shell, shell.libvirt.migrateOffline(command.guest, target, command));
    const begun = command.resume
      ? shell.libvirt.recover(command.guest)
      : shell.libvirt.migrate(command.guest, target, optionsOf(shell, command));
    if (!(begun instanceof Move)) return ended(shell, begun);
    world.mostMoves = Math.max(world.mostMoves, world.moves.length);
    shell.onKilled(() => begun.loseClient());
    return carried(shell, begun, command);
  };
}

/** What the test's own rules make of it. */
function optionsOf({ world, libvirt }: Shell, command: MigrateCommand): MoveOptions {
  const forgotten = world.forgets.has(libvirt.find(command.guest)?.name ?? "");
  return { ...command, persistent: command.persistent && !forgotten, copyMs: world.copyMs };
}

async function carried(shell: Shell, move: Move, { afterPrecopy }: MigrateCommand): Promise<number> {
  while (!move.over && move.control) {
    await shell.sleep(100);
    if (afterPrecopy && move.iteration > 1 && move.phase === "pre-copy") move.switch();
  }
  if (move.over && move.error === undefined) return 0;
  return says(shell, `error: ${move.error}\n`);
}

function says(shell: Shell, err: string): number {
  shell.err(err);
  return 1;
}

function ended(shell: Shell, { code, err }: { readonly code: number; readonly err: string }): number {
  if (err) shell.err(err);
  return code;
}
