import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import { systemVirsh } from "../host/virsh-environment";
import type { Operation } from "../resources/resource";

type Context = Pick<Operation, "pool" | "signal" | "log">;

/** QEMU may take a while to let go of a share that does not answer. */
const timeoutMs = 120_000;

/** $1: the guest's UUID. What goes for good is told first. Each step may have nothing to do; what is left in the end decides. */
export const removeScript = `
${systemVirsh}
virsh "echo =xml; dumpxml '$1' --inactive; echo =snapshots; snapshot-list '$1' --name; echo =info; dominfo '$1'; echo =removed; \\
destroy '$1'; undefine '$1' --managed-save --snapshots-metadata --checkpoints-metadata --nvram; echo =left; list --all --uuid"
`;

/**
 * Destroys and undefines a guest that this resource made on one host, by its UUID: another guest of the same name stays. What goes with it, and
 * its definition, are written to the log before.
 *
 * @throws ProviderError KVM-505 it is still there afterwards
 */
export async function remove(
  guest: { readonly name: string; readonly uuid: string },
  host: HostConnection,
  { pool, signal, log }: Context,
): Promise<void> {
  const { name, uuid } = guest;
  log.say(`on ${host.name}: virsh destroy ${uuid}; virsh undefine ${uuid}`);
  const result = await pool.script(host, removeScript, [uuid], { timeoutMs, signal });
  for (const line of whatWent(name, host.name, result.stdout)) log.say(line);
  if (isGone(uuid, result.stdout)) return;
  throw new ProviderError({
    code: "KVM-505",
    host: host.name,
    expected: `${name} to be destroyed and undefined`,
    found: result.stderr.trim().replaceAll(/\n+/g, "; ") || `it is still there (UUID ${uuid})`,
    fix: `on ${host.name}: virsh destroy ${uuid}; virsh undefine ${uuid}`,
  });
}

/** What was undefined for good, for the log. Nothing where the host had no such guest. */
export function whatWent(name: string, host: string, output: string): string[] {
  const part = (from: string, to: string) =>
    new RegExp(`^=${from}$([\\s\\S]*?)^=${to}$`, "m").exec(output)?.[1]?.trim() ?? "";
  const xml = part("xml", "snapshots");
  if (xml === "") return [];
  const snapshots = part("snapshots", "info").split("\n").filter(Boolean);
  const managedSave = /^Managed save: +yes$/m.test(part("info", "removed"));
  const nvram = /<nvram\b[^>]*>([^<]+)<\/nvram>/.exec(xml)?.[1];
  const gone = [
    "its definition",
    ...(managedSave ? ["its managed save"] : []),
    ...(snapshots.length > 0 ? [`its snapshots ${snapshots.join(", ")}`] : []),
    ...(nvram ? [`its UEFI variables ${nvram}`] : []),
  ];
  return [`removed with ${name} from ${host}: ${gone.join(", ")}. The definition was:\n${xml}`];
}

/** Whether the list at the end was given, and is without the guest. */
export function isGone(uuid: string, output: string): boolean {
  const [, left] = output.split(/^=left$/m);
  return left !== undefined && !left.split("\n").some((line) => line.trim() === uuid);
}

/** $1: the UUID. Looks again: only a half is removed so. */
export const removeHalfScript = `
${systemVirsh}
case $(virsh domstate "$1" --reason) in *"(post-copy"*) ;; *) exit 0 ;; esac
virsh --quiet destroy "$1" >&2
`;

/** Removes the half that a post-copy left whose other half is lost: its memory is gone, its disk and its definition stay. */
export async function removeHalf(
  { name, uuid }: { readonly name: string; readonly uuid: string },
  host: HostConnection,
  { pool, signal, log }: Context,
): Promise<void> {
  log.say(
    `LOST: half of ${name}'s memory went with a host during a post-copy, and what it had in memory is gone; on ${host.name}: virsh destroy ${uuid}; it starts from its disk`,
  );
  await pool.script(host, removeHalfScript, [uuid], { timeoutMs, signal });
}
