import { isDeepStrictEqual } from "node:util";
import { previewNote } from "../forecast/preview-note";
import { viewOf } from "../host/guest-view";
import { chooseTarget } from "../migrate/choose-target";
import { ensurePlacement } from "../migrate/ensure-placement";
import { inspectUntilSure } from "../migrate/inspect-until-sure";
import { sameOptions } from "../migrate/options";
import { isUnsettled } from "../migrate/place-autostart";
import type { Placement } from "../migrate/placement";
import { alarm, describeSeen } from "../migrate/plan-migration";
import { type Situation, situationOf } from "../migrate/situation";
import type { PropertyChange } from "../protocol/provider-logic";
import { type MigrationInputs, migrationInputs } from "./inputs";
import { type Operation, PartialFailure, type Resource } from "./resource";

/** Inputs whose change alone moves nothing. */
const others = [
  "hosts",
  "observer",
  "probe",
  "onDelete",
  "timeoutSeconds",
  "maxOutgoing",
  "waive",
  "measure",
] as const;

/** kvmlab:index:Migration: a statement of where a guest should run. */
export const migration: Resource<MigrationInputs, Placement> = {
  inputs: migrationInputs,
  secretOutputs: [],
  defaults: { onDelete: "leave", timeoutSeconds: 600, maxOutgoing: 2, waive: [] },

  diff(olds, news, state) {
    const changes = new Map<string, PropertyChange>();
    if (olds.guest !== news.guest) changes.set("guest", { kind: "update", replaces: true });
    // The place is compared with where the guest is, not with what was asked for last time. Left open, it is wherever that is.
    if (news.to !== undefined && news.to !== state.runningOn)
      changes.set("to", { kind: "update", replaces: false });
    // A half that was left behind, or a move that somebody has to follow: the guest's place alone does not show it.
    if (state.unfinished !== undefined) changes.set("unfinished", { kind: "update", replaces: false });
    if (!sameOptions(olds.options, news.options)) changes.set("options", { kind: "update", replaces: false });
    for (const key of others) {
      if (!isDeepStrictEqual(olds[key], news[key])) changes.set(key, { kind: "update", replaces: false });
    }
    return changes;
  },

  previewOutputs({ to }, state) {
    if (state !== undefined && (to === undefined || to === state.runningOn))
      return { ...state, moved: false };
    // Which host has the most free memory is known only when it is asked.
    return to === undefined ? {} : { runningOn: to };
  },

  previewNote: async (inputs, state) => previewNote(inputs, state),

  async create(inputs, operation) {
    const to = inputs.to ?? (await chooseTarget(inputs, operation));
    return { id: inputs.guest, state: await ensurePlacement({ ...inputs, to }, undefined, operation) };
  },

  async read(inputs, state, operation) {
    const found = await whereItIs(inputs, state, operation);
    // An input that was left open stays so.
    return { state: { ...state, ...found }, found: inputs.to === undefined ? {} : { to: found.runningOn } };
  },

  async update(inputs, state, operation) {
    if (inputs.to !== undefined) return ensurePlacement({ ...inputs, to: inputs.to }, state, operation);
    const found = await whereItIs(inputs, state, operation);
    if (found.unfinished === undefined || found.runningOn === "") return { ...state, moved: false, ...found };
    return ensurePlacement({ ...inputs, to: found.runningOn }, { ...state, ...found }, operation);
  },

  async delete(inputs, state, operation) {
    const { origin } = state;
    if (inputs.onDelete === "leave" || !inputs.hosts.some(({ name }) => name === origin)) return;
    const { runningOn } = await whereItIs(inputs, state, operation);
    if (runningOn === "") return operation.log.say(`${inputs.guest} runs nowhere: nothing to return`);
    // Nobody would see what was measured: the state goes too.
    await ensurePlacement({ ...inputs, to: origin, measure: undefined }, state, operation).catch(
      (error: unknown) => {
        // It is there again, and the engine keeps no state of what it deletes.
        throw error instanceof PartialFailure ? error.cause : error;
      },
    );
  },
};

/** What a look says of a guest's place; nothing of it where it cannot be told. */
type Found = Pick<Placement, "runningOn" | "guestName" | "guestUuid" | "unfinished">;

/** Situations that do not stay as they are, or must not. */
const unfinished: ReadonlySet<Situation["kind"]> = new Set([
  "moving",
  "post-copy complete",
  "post-copy broken",
  "half lost",
  "second copy",
]);

/**
 * Where the guest is now. What a silent host has is not known: then what was known stands, and that is said.
 *
 * @throws ProviderError KVM-603 two copies run, KVM-620 its name means two guests
 */
async function whereItIs(inputs: MigrationInputs, state: Placement, operation: Operation): Promise<Found> {
  const { guest, hosts, options, to } = inputs;
  const reference = { guest, uuid: state.guestUuid };
  const view = await inspectUntilSure(() => viewOf(hosts, reference, operation, { withLiveXml: true }));
  const situation = situationOf(view);
  if (situation.kind === "two copies") throw alarm(guest, view, situation);
  const on = hostOf(situation, options.mode, to);
  const still = unfinished.has(situation.kind)
    ? situation.kind
    : on !== undefined && isUnsettled(view, on)
      ? "autostart"
      : undefined;
  if (on === undefined) {
    operation.log.say(
      `${describeSeen(guest, view)}: what was known of ${guest} stands (on ${state.runningOn || "no host"})`,
    );
    return {
      runningOn: state.runningOn,
      guestName: state.guestName,
      guestUuid: state.guestUuid,
      unfinished: still,
    };
  }
  const name = view.seen.find(({ host }) => host === on)?.domain?.name;
  return {
    runningOn: on,
    guestName: name ?? state.guestName,
    guestUuid: view.uuid ?? state.guestUuid,
    unfinished: still,
  };
}

/**
 * The host that has the guest, or its definition where no more than that is moved (of two the one where it should be); empty when none
 * does, undefined where that cannot be told.
 */
function hostOf(situation: Situation, mode: string, to: string | undefined): string | undefined {
  switch (situation.kind) {
    case "running":
    case "paused":
      return situation.on;
    case "moving":
      return situation.switched && situation.to !== undefined ? situation.to : situation.from;
    case "post-copy complete":
      return situation.to;
    case "second copy":
      return situation.running;
    case "off":
      return mode === "offline" ? (situation.on.find((host) => host === to) ?? situation.on[0] ?? "") : "";
    case "absent":
      return "";
    default:
      return undefined;
  }
}
