import { shellCommand } from "../host/shell-quote";

/**
 * The course's command, word for word, so that the log of a move can be repeated by hand. `--persistent` and
 * `--undefinesource` make the move whole: the target keeps the definition, the source forgets it.
 */
export function migrateCommand(guest: string, target: string): string {
  return shellCommand([
    "virsh",
    "migrate",
    "--live",
    "--persistent",
    "--undefinesource",
    "--verbose",
    guest,
    `qemu+ssh://${target}/system`,
  ]);
}
