import { hypervisorFolders } from "../machines/hypervisor";
import { keepRoutes } from "../machines/hypervisor/routes";
import type { ServerSeen } from "../machines/hypervisor/server-boots";
import { addressesOf, topologyOf } from "../stacks/topology/topology";
import { keepHosts, keepOutputs } from "./access";
import { commandsOn } from "./commands-on";
import { findEngineStack } from "./engine-stack";
import { guestHasDrifted } from "./guest-drift";
import { withGuestWords } from "./guest-settings";
import { hostsOfState } from "./hosts-of-state";
import { refuseToLoseGuest } from "./hosts-taken-away";
import { keepMeasured } from "./keep-measured";
import { withLabLock } from "./lab-lock";
import { findStack, parseOverrides, settingsOf, writeConfigCopy } from "./lab-stack";
import { endLeftovers } from "./leftovers";
import { MilestoneTimes, narrate } from "./milestones";
import { leaveOldNetwork, networkToLeave } from "./old-network";
import { prepareHypervisor, prepareToolchainAndImages } from "./prepare";
import { refuseEarly } from "./refuse-early";
import { keepResetPoint } from "./reset-point";
import { operate, type PulumiContext, pulumi } from "./run-pulumi";
import { bringServersBack, keepBoots, type ServersBack } from "./servers-back";
import { showSteps } from "./show-steps";
import { Stages } from "./stages";
import { resultOf, summary } from "./summary";
import { resolveUnfinishedWork } from "./unfinished-work";
import { addToJournal } from "./up-journal";

export interface UpOptions {
  /** `key=value` words that stand above the stack's file. */
  readonly config: readonly string[];
  /** Look at what is really there first. */
  readonly refresh: boolean;
  /** Stands for `warmStart=false`. */
  readonly cold: boolean;
  readonly json: boolean;
}

/** Builds the lab of a stack, or changes it to what its file says, and tells how it went. */
export async function up(name: string, options: UpOptions): Promise<void> {
  const stack = await findStack(name);
  const words = options.cold ? [...options.config, "warmStart=false"] : options.config;
  const overrides = withGuestWords(stack, parseOverrides(words));
  const settings = settingsOf(stack, overrides);
  await refuseEarly(stack, settings);
  await withLabLock(stack, async () => {
    await endLeftovers(stack);
    await resolveUnfinishedWork(stack, (message) => console.error(message));
    const stages = new Stages();
    const { toolchain } = await prepareToolchainAndImages(settings, stages);
    // The stack needs a program of Pulumi's and half a second, and nothing of the hypervisor; nor does a look at the guest, where the servers run.
    const [hypervisor, { existed, state, unfinished }] = await bothToTheirEnd(
      prepareHypervisor(stack, settings, toolchain, stages).then(async (prepared) => {
        const power = prepared.hypervisor && (await bringServersBack(stack, prepared.hypervisor, stages));
        const inspectsAnyway = prepared.startedHypervisor || (power?.back ?? []).length > 0;
        return { ...prepared, power, drifted: inspectsAnyway || (await guestHasDrifted(stack)) };
      }),
      stages.run("stack", () => findEngineStack({ toolchain, stack }, overrides)),
    );
    const { hypervisorRecord, servers, power, drifted } = hypervisor;
    const back = power?.back ?? [];
    const context: PulumiContext = { toolchain, stack, hypervisorRecord, booting: power?.booting };
    // What ran on a hypervisor or a server that was away, a guest that is elsewhere by now, and what a killed engine left, is looked at before it is relied on.
    const refresh = existed && (options.refresh || unfinished || drifted);
    if (existed) {
      await refuseToLoseGuest(stack, topologyOf(settings), settings.start, state);
      await writeConfigCopy(stack, overrides);
    }
    const oldNetwork = existed ? networkToLeave(state, settings) : undefined;
    if (oldNetwork) await leaveOldNetwork(context, oldNetwork, stages);
    const again = existed && !oldNetwork ? commandsOn(state, back) : [];
    const known = async (seen: readonly ServerSeen[], failed: readonly string[]) => {
      if (hypervisor.hypervisor) await keepBoots(stack, hypervisor.hypervisor, seen, failed);
    };
    const seen = await runEngine(context, { refresh, again }, power?.whole, stages).catch(
      async (error: unknown) => {
        await keepWhatAnswers(context);
        await known(power?.seen ?? [], back).catch(() => undefined);
        throw error;
      },
    );
    await known(seen, []);
    if (hypervisorRecord)
      await keepRoutes(hypervisorFolders(stack.name).routes, addressesOf(topologyOf(settings)), {
        only: true,
      });
    const outputs = await keepOutputs(stack, await readOutputs(context));
    const measured = await keepMeasured(stack, settings, outputs);
    if (settings.resetPoint && hypervisorRecord) await keepResetPoint(stack, stages);
    const result = resultOf(stack, outputs, stages, servers);
    await addToJournal(result);
    console.log(options.json ? JSON.stringify(result) : summary(stack, outputs, stages, measured));
  });
}

/** Neither goes on behind the back of an error of the other's. */
async function bothToTheirEnd<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

/** What is waited for while the engine works. That a server does not answer is said rather than that the engine failed of it. */
async function besides<Waited>(
  engine: Promise<void>,
  wait: (signal: AbortSignal) => Promise<Waited>,
): Promise<Waited> {
  const over = new AbortController();
  const waiting = wait(over.signal);
  const failed = waiting.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    await engine;
  } catch (error) {
    over.abort(error);
    throw (await failed) ?? error;
  }
  return waiting;
}

interface EngineWork {
  /** Looks at what is really there first. */
  readonly refresh: boolean;
  /** Resources that are made again although nothing of them has changed. */
  readonly again: readonly string[];
}

async function runEngine(
  context: PulumiContext,
  { refresh, again }: EngineWork,
  serversWhole: ServersBack["whole"] = async () => [],
  stages: Stages,
): Promise<readonly ServerSeen[]> {
  const begun = performance.now();
  const words = ["up", ...(refresh ? ["--refresh"] : []), ...again.flatMap((urn) => ["--replace", urn])];
  const milestones = new MilestoneTimes(() => (performance.now() - begun) / 1000);
  let seen: readonly ServerSeen[] = [];
  await showSteps([
    {
      title: "The lab",
      work: (progress) =>
        stages.run("the lab", async () => {
          const engine = operate(context, words, {
            onNotice: progress,
            onLine: (line) => {
              milestones.take(line);
              const told = narrate(line);
              if (told !== undefined) progress(told);
            },
          });
          seen = await besides(engine, (signal) => serversWhole(progress, signal));
        }),
    },
  ]);
  for (const { stage, seconds } of milestones.times()) stages.add(stage, seconds);
  return seen;
}

/** For `./lab ssh` and `./lab status`, with which one looks for the cause of what failed. Without them it fails all the same. */
async function keepWhatAnswers(context: PulumiContext): Promise<void> {
  const words = ["stack", "export", "--show-secrets", "--stack", context.stack.name];
  const state = await pulumi(context, words).catch(() => undefined);
  const hosts = state === undefined ? [] : hostsOfState(state);
  if (hosts.length > 0) await keepHosts(context.stack, hosts);
}

function readOutputs(context: PulumiContext): Promise<string> {
  return pulumi(context, ["stack", "output", "--json", "--show-secrets", "--stack", context.stack.name]);
}
