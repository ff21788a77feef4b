import { virshMs } from "./commands";
import type { Domain } from "./domains";
import { type Answer, refused, well } from "./libvirt";
import type { Program, Shell } from "./remote-program";

/** So long virsh waits for a guest that libvirt has in hand, as a move's, before it gives up. */
const lockMs = 30_000;

type Change = (marks: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;

/** Marks one guest, live and defined; of a transient one what runs alone. Answers with what is there afterwards. */
export function markProgram([token = "", uuid = "", by = "", element = ""]: readonly string[]): Program {
  return async (shell) => {
    const set: Change = (marks) => new Map(marks).set(by, element);
    await shell.sleep(virshMs);
    if (!(await changeMarks(shell, uuid, set, { live: true, config: true })))
      await changeMarks(shell, uuid, set, { live: true, config: false });
    await shell.sleep(virshMs);
    if (!shell.host.libvirtd) return 0;
    shell.out(`=${token}:mark\n${shell.libvirt.find(uuid)?.active?.marks.get(by) ?? ""}\n\n`);
    return 0;
  };
}

/** Takes one drain's marks off guests, each by itself. */
export function unmarkProgram([by = "", ...uuids]: readonly string[]): Program {
  return async (shell) => {
    const remove: Change = (marks) => new Map([...marks].filter(([namespace]) => namespace !== by));
    await shell.sleep(virshMs);
    for (const uuid of uuids) {
      await changeMarks(shell, uuid, remove, { live: true, config: false });
      await changeMarks(shell, uuid, remove, { live: false, config: true });
    }
    return 0;
  };
}

interface Where {
  readonly live: boolean;
  readonly config: boolean;
}

/** `virsh metadata UUID NAMESPACE`, in a virsh that reads command after command: `--key KEY --set ELEMENT`, or `--remove`. */
export function metadata(shell: Shell, [, uuid = "", by = "", ...words]: readonly string[]): Answer {
  const element = words[words.indexOf("--set") + 1] ?? "";
  const change: Change = words.includes("--set")
    ? (marks) => new Map(marks).set(by, element)
    : (marks) => new Map([...marks].filter(([namespace]) => namespace !== by));
  const where = { live: words.includes("--live"), config: words.includes("--config") };
  return changeNow(shell, uuid, change, where)
    ? well()
    : refused("Timed out during operation: cannot acquire state change lock");
}

/** `virsh metadata`, which waits for the guest's lock; false when libvirt does not let it. */
async function changeMarks(shell: Shell, uuid: string, change: Change, where: Where): Promise<boolean> {
  const { world, host, libvirt } = shell;
  await shell.sleep(world.chance.between(5, virshMs));
  if (host.libvirtd && isLocked(libvirt.find(uuid))) await shell.sleep(lockMs);
  return changeNow(shell, uuid, change, where);
}

function changeNow({ world, host, libvirt }: Shell, uuid: string, change: Change, { live, config }: Where) {
  const domain = host.libvirtd ? libvirt.find(uuid) : undefined;
  if (domain === undefined || isLocked(domain) || world.unmarkable.has(uuid)) return false;
  if ((live && !domain.active) || (config && !domain.persistent)) return false;
  world.watchman.changes("us", "marks", host, domain);
  if (live && domain.active) domain.active.marks = change(domain.active.marks);
  if (config) domain.marks = change(domain.marks);
  return true;
}

/** A guest that libvirt moves, or has a half of, has its lock taken. */
function isLocked(domain: Domain | undefined): boolean {
  const { active } = domain ?? {};
  return (
    active !== undefined && (active.pages !== "whole" || (active.move !== undefined && !active.move.over))
  );
}
