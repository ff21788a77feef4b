import { ProviderError, type ProviderErrorFacts } from "../errors/provider-error";
import { calledBy, isUuid } from "../host/domain-name";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import type { GuestView } from "../host/guest-view";
import { asWord } from "../host/shell-quote";
import type { MigrationOptions } from "./options";
import { type Situation, situationOf } from "./situation";

/** What is to be done next so that a guest runs where it should. */
export type Step =
  | { readonly action: "stay"; readonly on: string }
  | { readonly action: "move"; readonly from: string; readonly to: string }
  /** The move that is wanted goes on already: it is followed to its end. */
  | { readonly action: "attach"; readonly from: string; readonly to: string }
  /** A broken post-copy whose target has everything: the source's half is removed. */
  | { readonly action: "finish"; readonly from: string; readonly to: string }
  /** A broken post-copy that becomes whole by the same move, resumed. */
  | { readonly action: "recover"; readonly from: string; readonly to: string }
  /** libvirt is at work; `refusal` is what there is to say when it does not come to an end. */
  | { readonly action: "wait"; readonly for: "job" | "clean-up"; readonly refusal: ProviderError };

/**
 * Decides from one look at every host. Nothing is moved that is not seen on exactly one of them. Whether a move may be
 * made is for the rules of preflight/ to say.
 *
 * @param guest as it was given: so it is called in messages
 * @throws ProviderError KVM-601 nowhere, KVM-603 two copies, KVM-604 not running, KVM-642 half of it is lost, KVM-644 not known, because a
 *   host is silent
 */
export function planMigration(
  guest: string,
  to: string,
  view: GuestView,
  mode: MigrationOptions["mode"] = "live",
): Step {
  const situation = situationOf(view);
  switch (situation.kind) {
    case "running":
    case "paused":
      if (situation.on === to) return { action: "stay", on: to };
      if (situation.job) return { action: "wait", for: "job", refusal: atWork(guest, view, situation.on) };
      return towards(to, situation.on, view);
    case "off":
      return mode === "offline"
        ? planDefinition(guest, to, situation.on, view)
        : refuse(notRunning(guest, view));
    case "absent":
      return refuse(nowhere(guest, view));
    case "moving":
      if (situation.to === to) return { action: "attach", from: situation.from, to };
      return {
        action: "wait",
        for: situation.to === undefined ? "clean-up" : "job",
        refusal: atWork(guest, view, situation.from),
      };
    case "post-copy complete":
      return { action: "finish", from: situation.from, to: situation.to };
    case "post-copy broken":
      return { action: "recover", from: situation.from, to: situation.to };
    case "second copy":
      return {
        action: "wait",
        for: "clean-up",
        refusal: secondCopy(guest, view, situation),
      };
    default:
      return refuse(alarm(guest, view, situation));
  }
}

/** The situations in which nobody but a person can say what is right, or nothing can be said at all. */
export function alarm(
  guest: string,
  view: GuestView,
  situation: Extract<Situation, { kind: "two copies" | "half lost" | "unknown" }>,
): ProviderError {
  switch (situation.kind) {
    case "two copies":
      return severalCopies(guest, view, situation.on);
    case "half lost":
      return halfLost(guest, view, situation);
    case "unknown":
      return notKnown(guest, view);
  }
}

function towards(to: string, from: string, { silent }: GuestView): Step {
  const unreachable = silent.find(({ host }) => host === to);
  if (unreachable) throw unreachable.error;
  return { action: "move", from, to };
}

/** The host whose definition is moved; one that a move left on the target does not count beside it. */
function planDefinition(guest: string, to: string, on: readonly string[], view: GuestView): Step {
  if (on.includes(to)) return { action: "stay", on: to };
  const [from, ...more] = on;
  if (from === undefined || more.length > 0) throw notRunning(guest, view);
  return towards(to, from, view);
}

function refuse(error: ProviderError): never {
  throw error;
}

/** `guest running on source; no guest on target; third does not answer`: what was seen, for people. */
export function describeSeen(guest: string, { seen, silent, foreign }: GuestView): string {
  return [
    ...seen.map(({ host, domain }) =>
      domain ? `${calledBy(guest, domain.name)} ${stateOf(domain)} on ${host}` : `no ${guest} on ${host}`,
    ),
    ...silent.map(({ host }) => `${host} does not answer`),
    ...foreign.map(
      ({ host, name, uuid, state }) => `another guest ${name} (UUID ${uuid}, ${state}) on ${host}`,
    ),
  ].join("; ");
}

/** `running`, `paused (post-copy failed)`: why a guest runs nobody asks, unless half of it is elsewhere. */
export function stateOf({ state, reason }: NonNullable<DomainOnHost["domain"]>): string {
  return reason === undefined ||
    (state === "running" && !reason.startsWith("post-copy")) ||
    state === "shut off"
    ? state
    : `${state} (${reason})`;
}

const hostsOf = ({ seen }: GuestView) => seen.map(({ host }) => host).join(", ");
const known = (guest: string, { uuid }: GuestView) => uuid ?? asWord(guest);

function nowhere(guest: string, view: GuestView): ProviderError {
  const there = view.seen.map(
    ({ host, list }) => `${host} has ${list.map(({ name }) => name).join(", ") || "no guests"}`,
  );
  const others = view.foreign.map(
    ({ name, uuid, host }) => `${name} on ${host} is another guest (UUID ${uuid})`,
  );
  return new ProviderError({
    code: "KVM-601",
    host: hostsOf(view),
    expected: `a guest ${guest} on one of the hosts`,
    found: `none: ${[...there, ...others].join("; ")}`,
    fix: `correct the guest's ${isUuid(guest) ? "UUID" : "name"}, add the host that has it to the list of hosts, or define and start it: virsh list --all --uuid --name`,
  });
}

function factsOf({ seen }: GuestView): Pick<ProviderErrorFacts, "host" | "found"> {
  const having = seen.filter(({ domain }) => domain !== undefined);
  return {
    host: having.map(({ host }) => host).join(", "),
    found: having
      .map(({ host, domain }) => `${domain && stateOf(domain)} on ${host} (UUID ${domain?.uuid})`)
      .join("; "),
  };
}

function severalCopies(guest: string, view: GuestView, on: readonly string[]): ProviderError {
  return new ProviderError({
    code: "KVM-603",
    expected: `${guest} to run on one host only`,
    fix: `stop the copy that is wrong, at once, before its disk suffers: on ${on.join(" or ")}, virsh destroy ${known(guest, view)}`,
    ...factsOf(view),
  });
}

function secondCopy(
  guest: string,
  view: GuestView,
  { running, standing }: Extract<Situation, { kind: "second copy" }>,
): ProviderError {
  const stands = standing[0] ?? "";
  return new ProviderError({
    code: "KVM-608",
    expected: `no move of ${guest} under way`,
    fix:
      running === undefined
        ? `see on ${standing.join(" and ")} which copy went on last (virsh domstate ${known(guest, view)} --reason), and resume that one: virsh resume ${known(guest, view)}`
        : `the copy on ${running} runs; where nothing fills the one on ${stands} any more (virsh domjobinfo ${known(guest, view)} on ${running} shows no job), on ${stands}: virsh destroy ${known(guest, view)}; then run the same command again`,
    ...factsOf(view),
  });
}

function atWork(guest: string, view: GuestView, on: string): ProviderError {
  return new ProviderError({
    code: "KVM-608",
    expected: `no job on ${guest}`,
    fix: `wait for its end (on ${on}: virsh domjobinfo ${known(guest, view)}), then run the same command again`,
    ...factsOf(view),
  });
}

function notRunning(guest: string, view: GuestView): ProviderError {
  const having = view.seen.filter(({ domain }) => domain !== undefined);
  const on = having.filter(({ domain }) => presenceOf(domain) === "off").map(({ host }) => host);
  return new ProviderError({
    code: "KVM-604",
    host: on.join(", "),
    expected: `${guest} to be running, to be moved live`,
    found: describeSeen(guest, view),
    fix: `on ${on[0] ?? ""}: virsh start ${known(guest, view)}; a guest that a program made is started by pulumi up --refresh`,
  });
}

function halfLost(
  guest: string,
  view: GuestView,
  { on, half }: Extract<Situation, { kind: "half lost" }>,
): ProviderError {
  const missing =
    half === "source"
      ? "the target, which went on with it, has it no more"
      : "the source has the rest of its memory no more";
  return new ProviderError({
    code: "KVM-642",
    host: on,
    expected: `${guest} whole, with all of its memory on one host`,
    found: `${describeSeen(guest, view)}: half of a post-copy, and ${missing}; its running state is lost, its disk is not`,
    fix: `on ${on}: virsh destroy ${known(guest, view)}; then start it again from its disk: virsh start ${known(guest, view)}`,
  });
}

function notKnown(guest: string, view: GuestView): ProviderError {
  const [first] = view.silent;
  return new ProviderError({
    code: "KVM-644",
    host: view.silent.map(({ host }) => host).join(", "),
    expected: `every host that may have ${guest} to answer`,
    found: `${describeSeen(guest, view)}: whether ${guest} runs there is not known, and nothing was started or stopped`,
    fix: first?.error.facts.fix ?? "",
    cause: first?.error,
  });
}
