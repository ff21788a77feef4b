import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import type { HostPool } from "../host/host-pool";
import { systemVirsh } from "../host/virsh-environment";

/*
 * A move whose connection to libvirt broke, or whose libvirtd ended, may have come to its end between the two QEMUs: the target has all of
 * the memory, and the source keeps a half, or a definition, that nobody needs. libvirt does not clean that up by itself.
 */

/** $1: the UUID; $2: a word when the definition is to be kept. Fails unless the guest runs here with all of its memory. */
export const keepOnTargetScript = `
${systemVirsh}
case $(virsh domstate "$1" --reason) in
  *post-copy*) exit 1 ;;
  running*) ;;
  *) exit 1 ;;
esac
virsh qemu-monitor-command "$1" '{"execute":"query-migrate"}' 2> /dev/null | grep -q '"status":"postcopy' && exit 1
[ -z "$2" ] || virsh dominfo "$1" | grep -q '^Persistent: *yes' && exit 0
file=$(mktemp); trap 'rm -f "$file"' EXIT
virsh dumpxml "$1" --inactive --security-info > "$file" && virsh --quiet define "$file"
`;

/** $1: the UUID; $2: a word when the definition goes too. Looks again before it does anything: only a half is ever removed. */
export const removeSourceHalfScript = `
${systemVirsh}
case $(virsh domstate "$1" --reason) in
  "paused (post-copy"*) virsh --quiet destroy "$1" >&2 || exit 1 ;;
  running* | paused* | idle* | "in shutdown"*) echo "it is $(virsh domstate "$1" --reason) by now" >&2; exit 1 ;;
esac
[ -z "$2" ] || virsh --quiet undefine "$1" --keep-nvram >&2
case $(virsh domstate "$1" 2> /dev/null) in running* | paused* | idle*) exit 1 ;; esac
exit 0
`;

interface HalfMoved {
  readonly guest: string;
  readonly uuid: string;
  readonly from: HostConnection;
  readonly to: HostConnection;
  readonly options: { readonly persistent: boolean; readonly undefineSource: boolean };
}

const limitMs = 60_000;

/**
 * Completes a post-copy whose target has everything: sees that the target keeps the definition, then removes the source's half.
 *
 * @throws ProviderError KVM-614 when either does not succeed; nothing else was changed then
 */
export async function finishPostCopy(
  { guest, uuid, from, to, options }: HalfMoved,
  { pool, say }: { readonly pool: HostPool; readonly say: (line: string) => void },
): Promise<void> {
  const run = async (host: HostConnection, script: string, word: boolean, what: string) => {
    const limits = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
    const { exitCode, stderr } = await pool.script(host, script, [uuid, word ? "yes" : ""], limits);
    if (exitCode === 0) return;
    throw new ProviderError({
      code: "KVM-614",
      host: host.name,
      expected: what,
      found: stderr.trim().replaceAll(/\n+/g, "; ") || `exit code ${exitCode}`,
      fix: `look at both hosts (virsh domstate ${uuid} --reason), then run the same command again`,
    });
  };
  say(
    `${guest} has all of its memory on ${to.name}: what the move left behind on ${from.name} is removed (virsh destroy ${uuid}; virsh undefine ${uuid})`,
  );
  await run(
    to,
    keepOnTargetScript,
    options.persistent,
    `${guest} to run on ${to.name} with all of its memory`,
  );
  await run(
    from,
    removeSourceHalfScript,
    options.undefineSource,
    `the half of ${guest} that is left on ${from.name} to be removed`,
  );
}
