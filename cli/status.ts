import { type DomainOnHost, lookAt } from "../provider/host/domain-on-host";
import type { HostConnection } from "../provider/host/host-connection";
import { HostPool } from "../provider/host/host-pool";
import { type LabOutputs, outputsOf } from "./access";
import { labStack } from "./lab-stack";
import { textTable } from "./table";

/** One server as it is now. */
export interface ServerStatus {
  readonly name: string;
  readonly answers: boolean;
  /** nfs: who may mount the share; hosts: what is mounted where libvirt keeps its images. */
  readonly share: string;
  /** `guest running` … */
  readonly guests: string;
  readonly trouble?: string;
}

export interface LabStatus {
  readonly lab: string;
  readonly servers: readonly ServerStatus[];
  readonly guest: { readonly name: string; readonly runningOn: string; readonly since: string };
}

const lookLimitMs = 30_000;

/** Looks at every server of a lab and says what is there, whatever the state believes. */
export async function labStatus(name: string): Promise<LabStatus> {
  const outputs = await outputsOf(labStack(name));
  const pool = new HostPool();
  try {
    const signal = AbortSignal.timeout(lookLimitMs);
    const servers = await Promise.all(outputs.hosts.map((host) => serverStatus(pool, host, outputs, signal)));
    const running = servers.filter(({ guests }) => guests.includes(`${outputs.guest.name} running`));
    const runningOn = running.map((server) => server.name).join(", ") || "nowhere";
    const since = runningOn === outputs.migration.runningOn ? outputs.migration.migratedAt : "";
    return { lab: name, servers, guest: { name: outputs.guest.name, runningOn, since } };
  } finally {
    pool.close();
  }
}

async function serverStatus(
  pool: HostPool,
  host: HostConnection,
  outputs: LabOutputs,
  signal: AbortSignal,
): Promise<ServerStatus> {
  try {
    const script =
      host.name === "nfs"
        ? "exportfs -s"
        : `findmnt --noheadings --output SOURCE,FSTYPE,TARGET --target "$1" | tail -n 1`;
    const share = await pool.script(host, script, [outputs.share.mountPoint], {
      timeoutMs: lookLimitMs,
      signal,
    });
    const look = host.name === "nfs" ? undefined : await lookAt(pool, host, outputs.guest.name, { signal });
    return {
      name: host.name,
      answers: true,
      share: share.stdout.trim().replace(/\s+/g, " "),
      guests: guestsOf(look),
    };
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    return { name: host.name, answers: false, share: "", guests: "", trouble };
  }
}

function guestsOf(look: DomainOnHost | undefined): string {
  return look?.list.map(({ name, state }) => `${name} ${state}`).join(", ") ?? "";
}

/** The status as a table for people. */
export function statusTable(status: LabStatus): string {
  const rows = status.servers.map(({ name, answers, share, guests }) => [
    name,
    answers ? "answers" : "silent",
    share,
    guests,
  ]);
  const { name, runningOn, since } = status.guest;
  const troubles = status.servers.flatMap(({ trouble }) => (trouble ? [trouble] : []));
  return [
    textTable(["server", "SSH", "share", "guests"], rows, { widths: [8, 9, 60, 24] }),
    `${name} runs on ${runningOn}${since ? `, since ${since}` : ""}`,
    ...troubles,
  ].join("\n");
}
