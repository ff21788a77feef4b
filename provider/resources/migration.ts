import { isDeepStrictEqual } from "node:util";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import { lookEverywhere } from "../host/hosts-of-guest";
import { chooseTarget } from "../migrate/choose-target";
import { sameOptions } from "../migrate/options";
import { type Placement, place } from "../migrate/place";
import type { PropertyChange } from "../protocol/provider-logic";
import { type MigrationInputs, migrationInputs } from "./inputs";
import { DoneButFailed, type Resource } from "./resource";

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

/** kvmlab:index:Migration: a statement of where a guest shall run. */
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
    if (!sameOptions(olds.options, news.options)) changes.set("options", { kind: "update", replaces: false });
    for (const key of others) {
      if (!isDeepStrictEqual(olds[key], news[key])) changes.set(key, { kind: "update", replaces: false });
    }
    return changes;
  },

  foresee({ to }, state) {
    if (state !== undefined && (to === undefined || to === state.runningOn))
      return { ...state, moved: false };
    // Which host has the most free memory is known only when it is asked.
    return to === undefined ? {} : { runningOn: to };
  },

  async create(inputs, operation) {
    const to = inputs.to ?? (await chooseTarget(inputs, operation));
    return { id: inputs.guest, state: await place({ ...inputs, to }, undefined, operation) };
  },

  async read(inputs, state, operation) {
    const seen = await lookEverywhere(inputs.hosts, inputs.guest, operation);
    const runningOn = whereIs(seen, inputs);
    const guestName = nameOn(seen, runningOn) ?? state.guestName;
    // An input that was left open stays so.
    const found = inputs.to === undefined ? {} : { to: runningOn };
    return { state: { ...state, runningOn, guestName }, found };
  },

  async update(inputs, state, operation) {
    if (inputs.to !== undefined) return place({ ...inputs, to: inputs.to }, state, operation);
    const seen = await lookEverywhere(inputs.hosts, inputs.guest, operation);
    const runningOn = whereIs(seen, inputs);
    const guestName = nameOn(seen, runningOn) ?? state.guestName;
    return { ...state, moved: false, runningOn, guestName };
  },

  async delete(inputs, state, operation) {
    const { origin } = state;
    if (inputs.onDelete === "leave" || !inputs.hosts.some(({ name }) => name === origin)) return;
    const seen = await lookEverywhere(inputs.hosts, inputs.guest, operation);
    if (whereIs(seen, inputs) === "")
      return operation.log.say(`${inputs.guest} runs nowhere: nothing to return`);
    // Nobody would see what was measured: the state goes too.
    await place({ ...inputs, to: origin, measure: undefined }, state, operation).catch((error: unknown) => {
      // It is there again, and the engine keeps no state of what it deletes.
      throw error instanceof DoneButFailed ? error.cause : error;
    });
  },
};

/** What the guest is called on a host; undefined where it is not. */
function nameOn(seen: readonly DomainOnHost[], name: string): string | undefined {
  return seen.find(({ host }) => host === name)?.domain?.name;
}

/**
 * The host that runs the guest, or at least has its memory, or its definition where no more than that is moved; empty when
 * none does. Of two definitions the one counts that is where it shall be.
 */
function whereIs(seen: readonly DomainOnHost[], { to, options }: MigrationInputs): string {
  const having = (presence: string) => seen.filter(({ domain }) => presenceOf(domain) === presence);
  const active = having("running")[0] ?? having("paused")[0];
  if (active !== undefined || options.mode !== "offline") return active?.host ?? "";
  const defined = having("off");
  return (defined.find(({ host }) => host === to) ?? defined[0])?.host ?? "";
}
