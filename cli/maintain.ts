import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { realClock } from "kvmlab-provider/host/clock";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { bringHome } from "kvmlab-provider/migrate/bring-home";
import { emptyHost } from "kvmlab-provider/migrate/empty-host";
import { notAllMoved } from "kvmlab-provider/migrate/not-all-moved";
import { drain } from "kvmlab-provider/resources/drain";
import { drainInputs } from "kvmlab-provider/resources/inputs";
import type { Operation } from "kvmlab-provider/resources/resource";
import type { DrainedGuest } from "kvmlab-provider/sdk/drain";
import { probePort } from "../components/guest-definition";
import { LabError } from "../errors/lab-error";
import { storageServer } from "../stacks/topology/topology";
import type { Progress } from "../toolchain/progress";
import { hostOf, knownLab, kvmHosts, type PlacedGuest } from "./access";
import { onCancel, wasCancelled } from "./cancellation";
import { withLabLock } from "./lab-lock";
import { type LabStack, labStack, settingsInUse } from "./lab-stack";
import { maintenanceText } from "./maintenance-text";
import { rebootHost, untilWhole } from "./reboot-host";
import { refuseBare } from "./refuse-bare";
import { ServiceWatch } from "./service-watch";
import { showSteps } from "./show-steps";

export interface MaintainOptions {
  readonly lab: string;
  /** A command of the host's shell, run while no guest is there. */
  readonly run?: string;
  /** Whether the host boots again, after the command. */
  readonly reboot: boolean;
  /** How long the command may take, in minutes. */
  readonly minutes: number;
}

/** How long each part took, in seconds. */
export interface MaintainedHost {
  readonly host: string;
  readonly left: number;
  readonly serviced: number;
  readonly home: number;
  readonly guests: number;
}

/** The longest that the guests are watched: all hosts' maintenance. */
const watchSeconds = 6 * 3600;
const lastLines = 5;

/**
 * `./lab maintain HOST...`: empties one host after the other, runs a command there or has it boot, waits until it is whole again, and brings its
 * guests home before the next one's turn. The guests' services are asked all the time. What fails ends it there: the next run of the same command goes on,
 * because each guest carries where it was taken from.
 *
 * @throws LabError KVM-905, KVM-906, KVM-956, KVM-921 the command failed, KVM-922 the host did not come back whole; ProviderError KVM-618 guests that could not leave, or
 *   come home
 */
export async function maintain(names: readonly string[], options: MaintainOptions): Promise<void> {
  const stack = labStack(options.lab);
  const { hosts, outputs } = await knownLab(stack);
  const typed = `./lab maintain --lab ${stack.name} ${names.join(" ")}`;
  refuseBare(stack, outputs?.start, typed);
  const order = [...new Set(names)].map((name) => hostOf(kvmHosts(hosts), name));
  const cancelled = new AbortController();
  const forget = onCancel(() => cancelled.abort(wasCancelled(`${typed} goes on from here`)));
  const pool = new HostPool();
  try {
    await withLabLock(stack, async () => {
      const guests = outputs?.guests ?? [];
      const place = { pool, host: hostOf(hosts, storageServer), limitSeconds: watchSeconds };
      const watches = guests.map(({ guest }) => new ServiceWatch(guest.name, probeOf(guest), place));
      await Promise.all(watches.map(({ ready }) => ready));
      const done: MaintainedHost[] = [];
      try {
        for (const host of order)
          done.push(await inTurn(host, { stack, hosts, guests, options, pool, signal: cancelled.signal }));
      } finally {
        const services = await Promise.all(
          watches.map(async (watch) => ({ guest: watch.guest, seen: await watch.end() })),
        );
        console.log(maintenanceText(done, services));
      }
    });
  } finally {
    forget();
    pool.close();
  }
}

interface Context {
  readonly stack: LabStack;
  readonly hosts: readonly HostConnection[];
  readonly guests: readonly PlacedGuest[];
  readonly options: MaintainOptions;
  readonly pool: HostPool;
  readonly signal: AbortSignal;
}

async function inTurn(host: HostConnection, context: Context): Promise<MaintainedHost> {
  const { stack, hosts, guests, options, pool, signal } = context;
  const { waive, migrationOptions } = settingsInUse(stack);
  const inputs = drainInputs.parse({
    ...drain.defaults,
    ...{ host: host.name, hosts: kvmHosts(hosts), options: migrationOptions, waive },
    observer: hostOf(hosts, storageServer),
    probes: Object.fromEntries(guests.map(({ guest }) => [guest.name, probeOf(guest)])),
  });
  const operation = (progress: Progress): Operation => ({
    // Whose marks the guests carry: the next run of the same lab finds them.
    ...{ urn: `lab:${stack.name}:maintain:${host.name}`, pool, clock: realClock, signal },
    log: { status: progress, say: progress, flush: async () => {} },
  });
  let moved: readonly DrainedGuest[] = [];
  const seconds = { left: 0, serviced: 0, home: 0 };
  const step = (part: keyof typeof seconds, title: string, work: (progress: Progress) => Promise<void>) => ({
    title: `${host.name}: ${title}`,
    work: async (progress: Progress) => {
      signal.throwIfAborted();
      const began = performance.now();
      await work(progress);
      seconds[part] += (performance.now() - began) / 1000;
    },
  });
  const { run } = options;
  await showSteps([
    step("left", "its guests leave", async (progress) => {
      const emptied = await emptyHost(inputs, [], operation(progress));
      moved = emptied.moved;
      if (emptied.failures.length > 0)
        throw notAllMoved(host.name, `all guests to leave ${host.name}`, emptied.failures);
    }),
    ...(run === undefined
      ? []
      : [step("serviced", run, (progress) => runCommand(host, run, context, progress))]),
    ...(options.reboot
      ? [step("serviced", "boots", (progress) => rebootHost(host, pool, progress, signal))]
      : []),
    step("serviced", "is looked at", (progress) => untilWhole(stack.name, host.name, progress, signal)),
    step("home", "its guests come home", async (progress) => {
      const failures = await bringHome(inputs, moved, operation(progress));
      if (failures.length > 0)
        throw notAllMoved(host.name, `all guests that left ${host.name} to be back there`, failures);
    }),
  ]);
  return { host: host.name, guests: moved.length, ...seconds };
}

/** Its output goes to a file of the lab's. */
async function runCommand(
  host: HostConnection,
  command: string,
  { stack, options, pool, signal }: Context,
  progress: Progress,
): Promise<void> {
  const timeoutMs = options.minutes * 60_000;
  const limits = { timeoutMs, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) };
  const onStdout = (text: string) => progress(text.trim().split("\n").at(-1) ?? "");
  const { exitCode, stdout, stderr } = await pool.run(host, command, { ...limits, onStdout });
  const log = join(stack.folder, `maintain-${host.name}.log`);
  const output = `${stdout}${stderr}`;
  await writeFile(log, output);
  if (exitCode === 0) return;
  const last = output.trim().split("\n").slice(-lastLines).join("; ");
  throw new LabError({
    code: "KVM-921",
    host: host.name,
    expected: `to succeed: ${command}`,
    found: `exit code ${exitCode}: ${last || "no output"}; all of it is in ${log}`,
    fix: `./lab ssh --lab ${stack.name} ${host.name}; its guests stay where they are until the same ./lab maintain, run again, has them come home`,
  });
}

function probeOf({ address }: PlacedGuest["guest"]) {
  return { address, port: probePort };
}
