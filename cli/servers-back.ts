import { LabError } from "../errors/lab-error";
import type { HostConnection } from "../provider/host/host-connection";
import { HostPool } from "../provider/host/host-pool";
import { type Hypervisor, hypervisorFolders } from "../toolchain/hypervisor";
import {
  bootsAfter,
  lookAtServers,
  readBoots,
  type ServerSeen,
  type ServersAway,
  serversAway,
  writeBoots,
} from "../toolchain/hypervisor/server-boots";
import { resumeServers, startServers } from "../toolchain/hypervisor/start-servers";
import type { Progress } from "../toolchain/progress";
import { knownLab } from "./access";
import type { LabStack } from "./lab-stack";
import { setClocks } from "./server-clocks";
import { showSteps } from "./show-steps";
import type { Stages } from "./stages";

/** An emulated server boots in 20 s; three at once on a loaded machine take a few times as long. */
const answerLimitMs = 240_000;

/** A lab's servers when all of them run, and which of them had been away: without power, paused, or started again from inside. */
export interface ServersBack {
  readonly seen: readonly ServerSeen[];
  readonly back: readonly string[];
}

/**
 * Has the servers of a lab run that its private hypervisor knows, and waits until those that had been away answer: the engine finds
 * them as it left them then. Where nothing is wrong it takes milliseconds.
 *
 * @throws LabError KVM-409 when one does not start, or does not answer
 */
export async function bringServersBack(
  stack: LabStack,
  hypervisor: Hypervisor,
  stages: Stages,
): Promise<ServersBack> {
  const seen = await lookAtServers(hypervisor);
  const away = serversAway(seen, await readBoots(hypervisorFolders(stack.name)));
  const back = [...away.off, ...away.paused, ...away.booted];
  if (back.length === 0) return { seen, back };
  await showSteps([
    {
      title: "Servers that were away",
      work: (progress) =>
        stages.run("servers back", async () => {
          progress(describeAway(away));
          await startServers(hypervisor, away.off).catch((error: Error) => {
            throw notBack(stack, away.off.join(", "), error.message, error);
          });
          await resumeServers(hypervisor, away.paused).catch((error: Error) => {
            throw notBack(stack, away.paused.join(", "), error.message, error);
          });
          await untilTheyAnswer(stack, back, away.paused, progress);
        }),
    },
  ]);
  return { seen: await lookAtServers(hypervisor), back };
}

/** `source is shut off: it is started; nfs has booted again`. */
export function describeAway({ off, paused, booted }: ServersAway): string {
  const part = (names: readonly string[], what: string) =>
    names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
  return [
    ...part(off, "starting what has no power"),
    ...part(paused, "resuming what is paused"),
    ...part(booted, "booted since the last ./lab up"),
  ].join("; ");
}

/** Keeps which boots the lab knows from now on. `failed`: what had been away is away for the next run, too. */
export async function keepBoots(
  stack: LabStack,
  hypervisor: Hypervisor,
  { seen, back }: ServersBack,
  failed: boolean,
): Promise<void> {
  const folders = hypervisorFolders(stack.name);
  const after = await lookAtServers(hypervisor);
  await writeBoots(folders, bootsAfter(await readBoots(folders), seen, after, failed ? back : []));
}

async function untilTheyAnswer(
  stack: LabStack,
  names: readonly string[],
  paused: readonly string[],
  progress: Progress,
): Promise<void> {
  // Of a lab that was not built to its end there may be none; the engine waits for them then, as for any that it makes.
  const known = await knownLab(stack).catch(() => ({ hosts: [] }));
  const hosts = known.hosts.filter(({ name }) => names.includes(name));
  const pool = new HostPool();
  const waiting = new Set(hosts.map(({ name }) => name));
  try {
    await Promise.all(
      hosts.map(async (host) => {
        await untilItAnswers(pool, host).catch((error: unknown) => {
          throw notBack(stack, host.name, foundIn(error), error);
        });
        waiting.delete(host.name);
        if (waiting.size > 0) progress(`${host.name} answers; waiting for ${[...waiting].join(", ")}`);
      }),
    );
    // One that booted has asked for the time.
    await setClocks(
      pool,
      hosts.filter(({ name }) => paused.includes(name)),
    );
  } finally {
    pool.close();
  }
}

/** Its SSH, and on a host that runs guests its libvirt, which may still be starting. */
const answers = `command -v virsh > /dev/null && [ "$1" != nfs ] || exit 0
exec timeout 120 virsh --connect qemu:///system --quiet version > /dev/null`;

async function untilItAnswers(pool: HostPool, host: HostConnection): Promise<void> {
  const deadline = performance.now() + answerLimitMs;
  for (;;) {
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()));
    const options = { timeoutMs: leftMs, signal: AbortSignal.timeout(leftMs) };
    try {
      const { exitCode, stderr } = await pool.script(host, answers, [host.name], options);
      if (exitCode === 0) return;
      if (performance.now() > deadline) throw new Error(stderr.trim());
    } catch (error) {
      // A key that is not the known one does not become right by waiting.
      const waitable = error instanceof LabError && ["KVM-401", "KVM-404"].includes(error.facts.code);
      if (!waitable || performance.now() > deadline) throw error;
    }
  }
}

function foundIn(error: unknown): string {
  if (error instanceof LabError) return `${error.facts.found} (${error.facts.code})`;
  return error instanceof Error ? error.message : String(error);
}

function notBack(stack: LabStack, host: string, found: string, cause: unknown): LabError {
  return new LabError({
    code: "KVM-409",
    host,
    expected: "each server of the lab to run and to answer SSH again",
    found,
    fix: `run the same command again, it goes on from here; ./lab reset ${stack.name} brings the lab back as it was built, ./lab down ${stack.name} and ./lab up ${stack.name} build it again`,
    cause,
  });
}
