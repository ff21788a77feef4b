import { split } from "shlex";
import type { Answer } from "./libvirt";
import { migrateProgram } from "./migrate-program";
import type { Program, Shell } from "./remote-program";
import { virshProgram } from "./virsh-program";
import { noDaemon } from "./virsh-texts";

/** virsh takes its time. */
export const virshMs = 30;

/** What a line of shell does, recognized by what it has in it. */
export function commandProgram(command: string): Program {
  const migrate = /virsh (?:migrate-setmaxdowntime .* && virsh )?migrate --.*/.exec(command)?.[0];
  if (migrate !== undefined) {
    const words = migrate.replace(/; \} >&2$| >&2$/, "");
    return migrateProgram(split(words.split("&& ").at(-1) ?? ""));
  }
  if (command.includes("virsh 2>&1")) return virshProgram;
  const words = split(command.split(/;|\n/).at(-1) ?? "");
  if (words[0] === "virsh") return (shell) => virsh(shell, words.slice(1));
  throw new Error(`the simulator does not know this command: ${command}`);
}

/** One virsh with one command. */
export async function virsh(shell: Shell, words: readonly string[]): Promise<number> {
  await shell.sleep(shell.world.chance.between(virshMs, 3 * virshMs));
  const { code, out, err } = shell.host.libvirtd ? done(shell, words) : noDaemon;
  if (out) shell.out(out);
  if (err) shell.err(err);
  await shell.sleep(5);
  return code;
}

function done({ libvirt }: Shell, [command, guest = "", ...rest]: readonly string[]): Answer {
  switch (command) {
    case "destroy":
      return libvirt.destroy(guest);
    case "start":
      return libvirt.start(guest);
    case "resume":
      return libvirt.resume(guest);
    case "suspend":
      return libvirt.suspend(guest);
    case "undefine":
      return libvirt.undefine(guest);
    case "domjobabort":
      return libvirt.abortJob(guest);
    case "migrate-postcopy":
      return libvirt.postCopy(guest);
    case "migrate-setmaxdowntime":
      return { code: 0, out: "", err: "" };
    case "domrename":
      return libvirt.rename(guest, rest[0] ?? "");
  }
  throw new Error(`the simulator does not know virsh ${command}`);
}
