import { isDeepStrictEqual } from "node:util";
import { type DomainOnHost, presenceOf } from "../host/domain-on-host";
import { lookEverywhere } from "../host/hosts-of-guest";
import { migrationOptions } from "../migrate/options";
import { type Placement, place } from "../migrate/place";
import type { PropertyChange } from "../protocol/provider-logic";
import { type MigrationInputs, migrationInputs } from "./inputs";
import { DoneButFailed, type Resource } from "./resource";

/** Inputs whose change alone moves nothing. */
const others = ["hosts", "observer", "probe", "onDelete", "timeoutSeconds", "maxOutgoing", "waive"] as const;

/** kvmlab:index:Migration: a statement of where a guest shall run. */
export const migration: Resource<MigrationInputs, Placement> = {
  inputs: migrationInputs,
  secretOutputs: [],
  defaults: { onDelete: "leave", timeoutSeconds: 600, maxOutgoing: 2, waive: [] },

  diff(olds, news, state) {
    const changes = new Map<string, PropertyChange>();
    if (olds.guest !== news.guest) changes.set("guest", { kind: "update", replaces: true });
    // The place is compared with where the guest is, not with what was asked for last time.
    if (news.to !== state.runningOn) changes.set("to", { kind: "update", replaces: false });
    // In a preview some inputs may be unknown, and the defaults of the options not filled in.
    const options = (inputs: MigrationInputs) => migrationOptions.safeParse(inputs.options ?? {}).data;
    if (!isDeepStrictEqual(options(olds), options(news)))
      changes.set("options", { kind: "update", replaces: false });
    for (const key of others) {
      if (!isDeepStrictEqual(olds[key], news[key])) changes.set(key, { kind: "update", replaces: false });
    }
    return changes;
  },

  foresee: (inputs, state) =>
    inputs.to === state?.runningOn ? { ...state, moved: false } : { runningOn: inputs.to },

  async create(inputs, operation) {
    return { id: inputs.guest, state: await place(inputs, undefined, operation) };
  },

  async read(inputs, state, operation) {
    const seen = await lookEverywhere(inputs.hosts, inputs.guest, operation);
    const runningOn = whereIs(seen, inputs);
    return { state: { ...state, runningOn }, found: { to: runningOn } };
  },

  update: (inputs, state, operation) => place(inputs, state, operation),

  async delete(inputs, state, operation) {
    const { origin } = state;
    if (inputs.onDelete === "leave" || !inputs.hosts.some(({ name }) => name === origin)) return;
    const seen = await lookEverywhere(inputs.hosts, inputs.guest, operation);
    if (whereIs(seen, inputs) === "")
      return operation.log.say(`${inputs.guest} runs nowhere: nothing to return`);
    await place({ ...inputs, to: origin }, state, operation).catch((error: unknown) => {
      // It is there again, and the engine keeps no state of what it deletes.
      throw error instanceof DoneButFailed ? error.cause : error;
    });
  },
};

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
