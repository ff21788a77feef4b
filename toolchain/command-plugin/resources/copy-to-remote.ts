import { type PropertyMap, sourceOf } from "kvmlab-provider/protocol/property-values";
import { uniqueId } from "../command-life";
import { readConnection } from "../connection";
import { child, text } from "../property-reader";
import type { ResourceLife, Step } from "../resource";
import { copyBySftp } from "./sftp-copy";
import { sshPool } from "./shared-ssh-pool";

/** command:remote:CopyToRemote: copies a file, a text or a folder to a host. What was copied stays there on delete. */
export const copyToRemote: ResourceLife = {
  async create(inputs, step) {
    await copy(inputs, step);
    return { id: uniqueId(""), outputs: {} };
  },
  async update(state, inputs, step) {
    const same = sourceOf(state.source)?.hash === sourceOf(inputs.source)?.hash;
    if (!same || text(state, "remotePath") !== text(inputs, "remotePath")) await copy(inputs, step);
    return {};
  },
  async delete() {},
};

async function copy(inputs: PropertyMap, step: Step): Promise<void> {
  const connection = readConnection(child(inputs, "connection") ?? {});
  const source = sourceOf(inputs.source);
  const target = text(inputs, "remotePath");
  if (source === undefined || target === undefined) throw new Error("source and remotePath are required");
  await sshPool.use(connection, step, (client, started) => copyBySftp(client, source, target, step, started));
}
