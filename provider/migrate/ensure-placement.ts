import { isUuid } from "../host/domain-name";
import type { DomainOnHost } from "../host/domain-on-host";
import { type GuestView, viewGuest } from "../host/guest-view";
import { hostNamed, seenAt } from "../host/hosts-of-guest";
import { MoveMeter } from "../measure/move-meter";
import { type HostInspection, inspectHost } from "../preflight/inspect-host";
import { SshTry } from "../preflight/ssh-try";
import type { Operation } from "../resources/resource";
import { Witnesses } from "../verify/witnesses";
import { inspectUntilSure } from "./inspect-until-sure";
import { migrateGuest } from "./migrate-guest";
import { carriedByHosts } from "./options";
import { withOutgoingSlot } from "./outgoing";
import { isUnsettled, placeAutostart } from "./place-autostart";
import { noMove, type Placement, type PlacementInputs } from "./placement";
import { alarm, describeSeen, planMigration, type Step } from "./plan-migration";

/** How long a copy is waited for that no job accounts for: libvirt notices in 30 s that a peer is gone. */
const cleanUpMs = 40_000;
const pauseMs = 1_000;
/** A guest that others move on and on is not followed for ever. */
const mostSteps = 4;

/**
 * Sees to it that the guest runs where it should: moves it there, follows a move there that goes on already, or completes one that was
 * broken off, whoever began it.
 *
 * @throws ProviderError what planMigration, preflight's rules and resolveOutcome have against it
 */
export async function ensurePlacement(
  inputs: PlacementInputs,
  before: Placement | undefined,
  operation: Operation,
): Promise<Placement> {
  const { guest, uuid, to, hosts } = inputs;
  const { signal, log } = operation;
  log.status(`looking for ${guest}`);
  const witness = Witnesses.call({ ...inputs, guest: uuid ?? guest }, operation);
  const meter = new MoveMeter(inputs, operation);
  const done = new AbortController();
  let sshTry = likelyTry(inputs, before, operation, done.signal);
  let placement = before;
  try {
    for (let steps = 0; ; steps++) {
      const reference = { guest, uuid: placement?.guestUuid ?? uuid };
      const inspect = () =>
        viewGuest(hosts, reference, signal, (host, asked) => inspectHost(host, hosts, asked, operation));
      const { view, step } = await waitUntilIdle(inputs, inspect, operation);
      // Whom a name means is not known while a host is silent: the guest may be there, and what was found be another one of the name.
      if (reference.uuid === undefined && !isUuid(guest) && view.silent.length > 0)
        throw alarm(guest, view, { kind: "unknown", silent: view.silent.map(({ host }) => host) });
      log.say(`virsh list --all: ${describeSeen(guest, view)}`);
      if (step.action === "stay") {
        if (steps > 0 && placement) return placement;
        return await stays(placement, view, inputs, operation);
      }
      const task = { inputs, before: placement, witness, meter, sshTry };
      sshTry = undefined;
      const moved =
        step.action === "move"
          ? await inTurn(inputs, view, step.from, operation, inspect, (now) =>
              now.step.action === "stay"
                ? stays(placement, now.view, inputs, operation)
                : migrateGuest({ ...task, ...now, step: now.step }, operation),
            )
          : await migrateGuest({ ...task, view, step }, operation);
      if (moved.runningOn === to || steps === mostSteps) return moved;
      placement = moved;
    }
  } finally {
    done.abort();
    witness.close();
    await meter.close();
  }
}

type Seen = GuestView<HostInspection>;
export type Working = Exclude<Step, { action: "wait" | "stay" }>;
interface Planned {
  readonly view: Seen;
  readonly step: Exclude<Step, { action: "wait" }>;
}

/** Looks until libvirt is done with what it is at: somebody else's job, or the cleaning up after one. */
async function waitUntilIdle(
  { guest, to, options, timeoutSeconds }: PlacementInputs,
  inspect: () => Promise<Seen>,
  { signal, log, clock }: Operation,
): Promise<Planned> {
  const began = clock.now();
  for (;;) {
    const view = await inspectUntilSure(inspect);
    const step = planMigration(guest, to, view, options.mode);
    if (step.action !== "wait") return { view, step };
    const limitMs = step.for === "job" ? timeoutSeconds * 1000 : cleanUpMs;
    if (clock.now() - began > limitMs) throw step.refusal;
    log.status(`waiting for another job on ${guest} to end`);
    await clock.sleep(pauseMs, signal);
  }
}

/** Moves when few enough others leave the host; who had to wait for that looks again, because the guest may have gone meanwhile. */
function inTurn(
  inputs: PlacementInputs,
  view: Seen,
  from: string,
  operation: Operation,
  inspect: () => Promise<Seen>,
  act: (planned: Planned) => Promise<Placement>,
): Promise<Placement> {
  const { guest, to, hosts, maxOutgoing, timeoutSeconds } = inputs;
  const { pool, signal, log, clock } = operation;
  const context = { pool, signal, clock, status: log.status, patienceMs: timeoutSeconds * 1000 };
  const source = seenAt(view.seen, from);
  return withOutgoingSlot(hostNamed(hosts, from), source, guest, maxOutgoing, context, async (waited) =>
    act(
      waited ? await waitUntilIdle(inputs, inspect, operation) : { view, step: { action: "move", from, to } },
    ),
  );
}

async function stays(
  before: Placement | undefined,
  view: GuestView,
  { guest, to, hosts }: PlacementInputs,
  { pool, log }: Operation,
): Promise<Placement> {
  const { uuid } = view;
  const { domain }: DomainOnHost = seenAt(view.seen, to);
  if (uuid !== undefined && isUnsettled(view, to))
    await placeAutostart(view, { uuid, on: to, autostart: true, marked: true, hosts, pool, say: log.say });
  return {
    ...noMove,
    ...before,
    moved: false,
    unfinished: undefined,
    runningOn: to,
    guestName: domain?.name ?? guest,
    guestUuid: uuid,
    origin: before?.origin || to,
  };
}

/** Begins with what takes longest before a move, where it is likely which way that goes. */
function likelyTry(
  { hosts, to, options }: PlacementInputs,
  before: Placement | undefined,
  { pool, signal }: Operation,
  done: AbortSignal,
): SshTry | undefined {
  const others = hosts.filter(({ name }) => name !== to);
  const from = before
    ? hosts.find(({ name }) => name === before.runningOn)
    : others.length === 1
      ? others[0]
      : undefined;
  if (from === undefined || from.name === to) return undefined;
  const context = { pool, signal: AbortSignal.any([signal, done]) };
  return SshTry.begin(from, to, context, carriedByHosts(options));
}
