import { type GuestReference, viewOf } from "../host/guest-view";
import { memoryNeed } from "../preflight/facts/memory-need";
import type { MigrationInputs } from "../resources/inputs";
import type { Operation } from "../resources/resource";
import { candidate, describeMemory, planLimits } from "./candidates";
import { inspectLoads, noDefinition } from "./host-load";
import { inspectUntilSure } from "./inspect-until-sure";
import { noRoom } from "./no-room";
import { planMigration } from "./plan-migration";
import { planTargets } from "./plan-targets";

/**
 * The host for a guest whose target was left open: of all but the one that has it, the one with the most free memory.
 *
 * @throws ProviderError KVM-617 it fits nowhere; what planMigration throws, when it cannot be moved as it is
 */
export async function chooseTarget(inputs: MigrationInputs, operation: Operation): Promise<string> {
  const { guest, hosts, options, waive } = inputs;
  const { log } = operation;
  log.status(`looking for the host with the most free memory for ${guest}`);
  const reference: GuestReference = { guest };
  const [view, loads] = await Promise.all([
    inspectUntilSure(() => viewOf(hosts, reference, operation)),
    inspectLoads(hosts, () => ({ guest }), operation),
  ]);
  // It stays nowhere: there is no host of that name.
  const step = planMigration(guest, "", view, options.mode);
  if (step.action === "wait") throw step.refusal;
  // What others began goes where they sent it.
  if (step.action !== "move") return step.action === "stay" ? step.on : step.to;
  const { from } = step;
  const there = view.seen.find(({ host }) => host === from)?.domain;
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
  const plan = planTargets([{ name, uuid, need: memoryNeed(definition) }], candidates, limits);
  const to = plan.targets.get(uuid);
  if (to === undefined) throw noRoom(plan, limits);
  log.say(`${guest} goes to ${to}: ${describeMemory(candidates)}`);
  return to;
}
