import { randomInt, randomUUID } from "node:crypto";
import type { z } from "zod";
import { randomSecretInputs } from "./inputs";
import type { Resource } from "./resource";

type Inputs = z.output<typeof randomSecretInputs>;
type State = { readonly value: string };

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** kvmlab:index:RandomSecret: a text of random letters and digits that lives in the state alone. */
export const randomSecret: Resource<Inputs, State> = {
  inputs: randomSecretInputs,
  secretOutputs: ["value"],
  defaults: {},
  diff: (olds, news) =>
    olds.length === news.length ? new Map() : new Map([["length", { kind: "update", replaces: true }]]),
  previewOutputs: (_inputs, state) => state ?? {},
  async create({ length }) {
    const value = Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
    // Nothing of the secret is in its ID, which is shown.
    return { id: randomUUID(), state: { value } };
  },
  read: async (_inputs, state) => ({ state, found: {} }),
  update: async (_inputs, state) => state,
  async delete() {},
};
