import type { z } from "zod";
import { sshKeyPairInputs } from "./inputs";
import type { Resource } from "./resource";

type Inputs = z.output<typeof sshKeyPairInputs>;
type State = { readonly publicKey: string; readonly privateKey: string };

/** kvmlab:index:SshKeyPair: an ed25519 key pair that lives in the state alone. */
export const sshKeyPair: Resource<Inputs, State> = {
  inputs: sshKeyPairInputs,
  secretOutputs: ["privateKey"],
  defaults: {},
  diff: (olds, news) =>
    olds.comment === news.comment ? new Map() : new Map([["comment", { kind: "update", replaces: false }]]),
  previewOutputs: (inputs, state) => (state ? commented(state, inputs.comment) : {}),
  async create({ comment }) {
    // Loaded late: keys are made once, the plugin starts at every deployment.
    const { newKeyPair } = await import("../host/new-key-pair.js");
    const pair = newKeyPair(comment);
    const publicKey = pair.public.trim();
    return { id: publicKey.split(" ")[1] ?? publicKey, state: { publicKey, privateKey: pair.private } };
  },
  read: async (_inputs, state) => ({ state, found: {} }),
  update: async ({ comment }, state) => commented(state, comment),
  async delete() {},
};

/** The comment inside the private key stays the first one: it is of no use to anybody, and the key must not change. */
function commented({ publicKey, privateKey }: State, comment: string): State {
  return { publicKey: [...publicKey.split(" ").slice(0, 2), comment].join(" ").trim(), privateKey };
}
