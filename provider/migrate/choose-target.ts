import { lookEverywhere } from "../host/hosts-of-guest";
import { memoryNeed } from "../preflight/facts/memory-need";
import type { MigrationInputs } from "../resources/inputs";
import type { Operation } from "../resources/resource";
import { candidate, describeMemory, planLimits } from "./candidates";
import { decide } from "./decide";
import { lookAtLoads, noDefinition } from "./host-load";
import { noRoom } from "./no-room";
import { planTargets } from "./plan-targets";
import { whenIdle } from "./when-idle";

/**
 * The host for a guest whose target was left open: of all but the one that has it, the one with the most free memory.
 *
 * @throws LabError KVM-617 it fits nowhere; what `decide` throws, when it cannot be moved as it is
 */
export async function chooseTarget(inputs: MigrationInputs, operation: Operation): Promise<string> {
  const { guest, hosts, options, waive, timeoutSeconds } = inputs;
  const { signal, log } = operation;
  log.status(`looking for the host with the most free memory for ${guest}`);
  const look = () => lookEverywhere(hosts, guest, operation);
  const [seen, loads] = await Promise.all([
    whenIdle(guest, { signal, status: log.status, look, jobMs: timeoutSeconds * 1000 }),
    lookAtLoads(hosts, () => ({ guest }), operation),
  ]);
  // It stays nowhere: there is no host of that name.
  const decision = decide(guest, "", seen, options.mode);
  const from = decision.action === "move" ? decision.from : decision.on;
  const there = seen.find(({ host }) => host === from)?.domain;
  const uuid = there?.uuid ?? "";
  const name = options.newName ?? there?.name ?? guest;
  const definition = loads
    .flatMap(({ domains }) => domains)
    .find((domain) => domain.uuid === uuid && domain.definition)?.definition;
  if (definition === undefined) throw noDefinition(guest, from);
  const candidates = loads
    .filter(({ host }) => host !== from)
    .map((load) => candidate(load, [{ name, uuid }]));
  const limits = planLimits(waive, "chosen");
  const plan = planTargets([{ name, need: memoryNeed(definition) }], candidates, limits);
  const to = plan.targets.get(name);
  if (to === undefined) throw noRoom(plan, limits);
  log.say(`${guest} goes to ${to}: ${describeMemory(candidates)}`);
  return to;
}
