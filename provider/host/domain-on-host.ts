import { LabError } from "../../errors/lab-error";
import type { HostConnection } from "./host-connection";
import type { HostPool } from "./host-pool";
import {
  type CompletedJob,
  type ListedDomain,
  parseCompletedJob,
  parseFields,
  parseList,
} from "./virsh-text";

/** What one host says about a guest, seen in one look. */
export interface DomainOnHost {
  readonly host: string;
  /** All domains there, as the course's `virsh list --all` shows them. */
  readonly list: readonly ListedDomain[];
  /** The guest; undefined when this host has none of that name. */
  readonly domain?: {
    readonly uuid: string;
    readonly state: string;
    readonly persistent: boolean;
  };
  /** Its last completed job, where one was asked for and is known. */
  readonly job?: CompletedJob;
}

const lookTimeoutMs = 60_000;

/** $1: the guest; $2: not empty when its completed job is wanted. Few virsh processes: starting one costs most of the time. */
const look = `
export LC_ALL=C
list=$(virsh list --all) || exit 9
printf '=list\\n%s\\n' "$list"
if printf '%s\\n' "$list" | awk -v name="$1" '$2 == name { found = 1 } END { exit !found }'; then
  echo "=dominfo"; virsh dominfo "$1" || exit 9
  [ -z "$2" ] || { echo "=job"; virsh domjobinfo "$1" --completed; }
fi
true
`;

/**
 * Looks at a guest on one host.
 *
 * @throws LabError KVM-401 to KVM-407 when the host cannot be reached, KVM-610 when its libvirt does not answer.
 *   Silence is never taken for absence.
 */
export async function lookAt(
  pool: HostPool,
  host: HostConnection,
  guest: string,
  options: { readonly signal: AbortSignal; readonly withJob?: boolean },
): Promise<DomainOnHost> {
  const result = await pool.script(host, look, [guest, options.withJob ? "job" : ""], {
    timeoutMs: lookTimeoutMs,
    signal: options.signal,
  });
  if (result.exitCode === 0) return parseLook(host.name, result.stdout);
  throw new LabError({
    code: "KVM-610",
    host: host.name,
    expected: "virsh list --all to answer",
    found: result.stderr.trim() || `exit code ${result.exitCode}`,
    mend: `on ${host.name}: systemctl restart libvirtd; journalctl -u libvirtd -n 20`,
  });
}

/** Reads the answer of one look. */
export function parseLook(host: string, text: string): DomainOnHost {
  const parts = new Map(
    text.split(/^=(?=list|dominfo|job)/m).map((part): [string, string] => {
      const end = part.indexOf("\n");
      return [part.slice(0, end).trim(), part.slice(end + 1)];
    }),
  );
  const list = parseList(parts.get("list") ?? "");
  const info = parseFields(parts.get("dominfo") ?? "");
  const uuid = info.get("UUID");
  const job = parseCompletedJob(parts.get("job") ?? "");
  return {
    host,
    list,
    ...(uuid === undefined
      ? {}
      : {
          domain: {
            uuid,
            state: info.get("State") ?? "unknown",
            persistent: info.get("Persistent") === "yes",
          },
        }),
    ...(job === undefined ? {} : { job }),
  };
}

/** Whether a domain in this state has a running copy: memory, and a hand on the disk. */
export function isActive(state: string | undefined): boolean {
  return state !== undefined && state !== "shut off" && state !== "crashed";
}
