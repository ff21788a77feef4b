import { utils } from "ssh2";
import type { z } from "zod";
import { sshKeyPairInputs } from "./inputs";
import type { Resource } from "./resource";

type Inputs = z.output<typeof sshKeyPairInputs>;
type State = { readonly publicKey: string; readonly privateKey: string };

/** kvmlab:index:SshKeyPair: an ed25519 key pair that lives in the state alone. */
export const sshKeyPair: Resource<Inputs, State> = {
  inputs: sshKeyPairInputs,
  secretOutputs: ["privateKey"],
  diff: (olds, news) =>
    olds.comment === news.comment ? new Map() : new Map([["comment", { kind: "update", replaces: false }]]),
  async create({ comment }) {
    const pair = utils.generateKeyPairSync("ed25519", { comment });
    const publicKey = pair.public.trim();
    return { id: publicKey.split(" ")[1] ?? publicKey, state: { publicKey, privateKey: pair.private } };
  },
  read: async (_inputs, state) => ({ state, found: {} }),
  async update({ comment }, { publicKey, privateKey }) {
    return { publicKey: [...publicKey.split(" ").slice(0, 2), comment].join(" ").trim(), privateKey };
  },
  async delete() {},
};
