import { ProviderError } from "../errors/provider-error";
import { isActive } from "../host/domain-on-host";
import { hostNamed } from "../host/hosts-of-guest";
import type { DrainInputs } from "../resources/inputs";
import type { Operation } from "../resources/resource";
import type { DrainedGuest } from "../sdk/drain";
import { knownNow, planReturn } from "./drained-guests";
import { endMoves } from "./end-moves";
import { homeOf, markNamespace } from "./home-mark";
import { unmarkGuests } from "./mark-guest";
import { type MovedAll, moveAll } from "./move-all";
import type { Failure } from "./not-all-moved";
import { describeSilence, type LoadsView, viewLoads } from "./view-loads";

/**
 * Brings the guests that a drain took from a host back to it, by its state and by their marks, and takes the marks off those that are home.
 * Gives what failed.
 *
 * @throws ProviderError KVM-402, KVM-403, KVM-406 a host refuses the login
 */
export async function bringHome(
  inputs: DrainInputs,
  moved: readonly DrainedGuest[],
  operation: Operation,
): Promise<readonly Failure[]> {
  const { host, hosts } = inputs;
  const { log, urn } = operation;
  const by = markNamespace(urn);
  log.status(`looking for the guests that left ${host}`);
  const view = await viewLoads(hosts, "all", operation);
  const known = knownNow(moved, view, by).filter((guest) => hasHome(guest, inputs, operation));
  const { returning: leaving, gone, unknown: unseen } = planReturn(known, view);
  for (const { name } of gone) log.say(`${name} is active nowhere any more: nothing to return`);
  const failures: Failure[] = unseen.map((guest) => ({ guest: guest.name, error: notSeen(guest, view) }));
  failures.push(
    ...(await endMoves(
      inputs,
      known.filter(({ from, to }) => from === to),
      view,
      operation,
    )),
  );
  const returned = new Map<string, string>();
  for (const home of new Set(known.map(({ from }) => from))) {
    const theirs = leaving.filter(({ uuid }) => known.some((one) => one.uuid === uuid && one.from === home));
    const result = await moveHome(inputs, theirs, home, view, operation);
    failures.push(...result.failures);
    for (const { uuid } of result.placed) returned.set(uuid, home);
  }
  const away = new Set(leaving.map(({ uuid }) => uuid).filter((uuid) => !returned.has(uuid)));
  await forget(inputs, known, view, operation, (on, uuid) =>
    away.has(uuid) ? [] : [returned.get(uuid) ?? on],
  );
  return failures;
}

/** Leaves the guests where they are, without the drain's marks. Best effort: a mark alone does nothing. */
export async function leaveThere(
  inputs: DrainInputs,
  moved: readonly DrainedGuest[],
  operation: Operation,
): Promise<void> {
  try {
    const view = await viewLoads(inputs.hosts, "all", operation);
    await endMoves(inputs, knownNow(moved, view, markNamespace(operation.urn)), view, operation);
    await forget(inputs, moved, view, operation, (on) => [on]);
  } catch (error) {
    operation.signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    operation.log.say(
      `guests may keep the mark of this drain, which means nothing any more: ${error.facts.found}`,
    );
  }
}

function moveHome(
  inputs: DrainInputs,
  leaving: Parameters<typeof moveAll>[1],
  home: string,
  { loads, silent }: LoadsView,
  operation: Operation,
): Promise<MovedAll> | MovedAll {
  const closed = silent.find((one) => one.host === home);
  if (closed === undefined)
    return moveAll(
      inputs,
      leaving,
      { choice: "home", loads: loads.filter(({ host }) => host === home) },
      operation,
    );
  const { error } = closed;
  return { placed: [], failures: leaving.map(({ name, uuid }) => ({ guest: name, uuid, error })) };
}

/** Takes the marks off guests that carry one, and off definitions that are left of those that are known. */
async function forget(
  { hosts }: DrainInputs,
  known: readonly DrainedGuest[],
  view: LoadsView,
  operation: Operation,
  placesOf: (on: string, uuid: string) => readonly string[],
): Promise<void> {
  const by = markNamespace(operation.urn);
  const byHost = new Map<string, Set<string>>();
  for (const { host, domains } of view.loads)
    for (const domain of domains) {
      const left = !isActive(domain.state) && known.some(({ uuid }) => uuid === domain.uuid);
      if (!left && homeOf(domain, by) === undefined) continue;
      for (const place of placesOf(host, domain.uuid))
        byHost.set(place, (byHost.get(place) ?? new Set()).add(domain.uuid));
    }
  if (view.silent.length > 0)
    operation.log.say(
      `${describeSilence(view)}: guests there may keep the mark of this drain, which means nothing any more`,
    );
  const { log, signal } = operation;
  await Promise.all(
    [...byHost].map(async ([host, uuids]) => {
      try {
        await unmarkGuests(hostNamed(hosts, host), [...uuids], by, operation);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ProviderError)) throw error;
        log.say(`guests on ${host} may keep the mark of this drain: ${error.facts.found}`);
      }
    }),
  );
}

/** By its mark a guest may come from a host that the program does not name any more. */
function hasHome({ name, from, to }: DrainedGuest, { hosts }: DrainInputs, { log }: Operation): boolean {
  const there = hosts.some((host) => host.name === from);
  if (!there)
    log.say(`${name} came from ${from}, which is none of the hosts: it stays on ${to || "no host"}`);
  return there;
}

function notSeen({ name, uuid, to }: DrainedGuest, { silent }: LoadsView): ProviderError {
  return new ProviderError({
    code: "KVM-644",
    host: silent.map(({ host }) => host).join(", "),
    expected: `to see where ${name} (UUID ${uuid}) is`,
    found: `${describeSilence({ silent })}; no other host has it${to === "" ? "" : `, and it was on ${to}`}`,
    fix: "bring that host back, then run the same command again",
  });
}
