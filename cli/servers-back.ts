import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { untilItAnswers } from "kvmlab-provider/host/until-it-answers";
import { LabError } from "../errors/lab-error";
import { type Hypervisor, hypervisorFolders } from "../machines/hypervisor";
import {
  bootsAfter,
  inspectServers,
  readBoots,
  type ServerSeen,
  type ServersAway,
  serversAway,
  writeBoots,
} from "../machines/hypervisor/server-boots";
import { resumeServers, startServers } from "../machines/hypervisor/start-servers";
import { storageServer } from "../stacks/topology/topology";
import type { Progress } from "../toolchain/progress";
import { knownLab } from "./access";
import type { LabStack } from "./lab-stack";
import { setClocks } from "./server-clocks";
import { showSteps } from "./show-steps";
import type { Stages } from "./stages";

/** A lab's servers after those that had no power were given it. */
export interface ServersBack {
  /** What their hypervisor saw before anything was done. */
  readonly seen: readonly ServerSeen[];
  /** Those that had been away: without power, paused, or started again from inside. */
  readonly back: readonly string[];
  /** Those of them that are not waited for yet: whoever looks at them has to. */
  readonly booting: readonly string[];
  /** Waits until all of them answer, and gives what their hypervisor sees then. */
  readonly whole: (progress: Progress, signal: AbortSignal) => Promise<readonly ServerSeen[]>;
}

/**
 * Has the servers of a lab run that its private hypervisor knows. Those that boot are not waited for: the engine needs some seconds before it looks
 * at them. Where nothing is wrong it takes milliseconds.
 *
 * @throws LabError KVM-409 when one does not start, or `whole` when it does not answer
 */
export async function bringServersBack(
  stack: LabStack,
  hypervisor: Hypervisor,
  stages: Stages,
): Promise<ServersBack> {
  const seen = await inspectServers(hypervisor);
  const away = serversAway(seen, await readBoots(hypervisorFolders(stack.name)));
  const back = [...away.off, ...away.paused, ...away.booted];
  if (back.length === 0) return { seen, back, booting: [], whole: async () => seen };
  const booting = [...away.off, ...away.booted];
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
          // One that booted asks for the time by itself.
          const paused = await hostsOf(stack, away.paused);
          await untilTheyAnswer(stack, paused, progress, new AbortController().signal);
          await withPool((pool) => setClocks(pool, paused));
        }),
    },
  ]);
  const whole: ServersBack["whole"] = async (progress, signal) => {
    await untilTheyAnswer(stack, await hostsOf(stack, booting), progress, signal);
    return inspectServers(hypervisor);
  };
  return { seen, back, booting, whole };
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
  seen: readonly ServerSeen[],
  failed: readonly string[],
): Promise<void> {
  const folders = hypervisorFolders(stack.name);
  const after = await inspectServers(hypervisor);
  await writeBoots(folders, bootsAfter(await readBoots(folders), seen, after, failed));
}

/** Of a lab that was not built to its end there may be none; the engine waits for them then, as for any that it makes. */
async function hostsOf(stack: LabStack, names: readonly string[]): Promise<readonly HostConnection[]> {
  const { hosts } = await knownLab(stack).catch(() => ({ hosts: [] }));
  return hosts.filter(({ name }) => names.includes(name));
}

function untilTheyAnswer(
  stack: LabStack,
  hosts: readonly HostConnection[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new Set(hosts.map(({ name }) => name));
  return withPool(async (pool) => {
    await Promise.all(
      hosts.map(async (host) => {
        await untilItAnswers(pool, host, host.name !== storageServer, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          throw notBack(stack, host.name, foundIn(error), error);
        });
        waiting.delete(host.name);
        if (waiting.size > 0) progress(`${host.name} answers; waiting for ${[...waiting].join(", ")}`);
      }),
    );
  });
}

async function withPool(work: (pool: HostPool) => Promise<void>): Promise<void> {
  const pool = new HostPool();
  try {
    await work(pool);
  } finally {
    pool.close();
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
