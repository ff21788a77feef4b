import { jsonOf } from "kvmlab-provider/host/json-of";
import { z } from "zod";
import { commandPluginVersion, libvirtPluginVersion } from "../../../toolchain/pulumi/versions";

const state = z.object({
  deployment: z.object({
    secrets_providers: z.object({ type: z.string() }).optional(),
    resources: z.array(z.looseObject({ type: z.string(), inputs: z.looseObject({}).optional() })).default([]),
  }),
});

/** Of these a lab consists. None of them runs anything on this machine; `command:local:Command` would, also when it is deleted. */
const ofLabs = [
  /^pulumi:pulumi:Stack$/,
  /^command:remote:(Command|CopyToRemote)$/,
  /^libvirt:index\/\w+:\w+$/,
  /^(kvmlab|kvm-migration-lab):index:\w+$/,
];
/** The plugins of a lab, and what of each may be in its state: another version would be downloaded, and run. */
const plugins: Readonly<Record<string, string | undefined>> = {
  "pulumi:providers:command": commandPluginVersion,
  "pulumi:providers:libvirt": libvirtPluginVersion,
  "pulumi:providers:kvmlab": "",
};

/** What of Pulumi's state is no lab's, in words. */
export function foreignInState(text: string): string[] {
  const read = state.safeParse(jsonOf(text));
  if (!read.success) return ["no state of a stack"];
  const { secrets_providers: secrets, resources } = read.data.deployment;
  const foreign = resources.flatMap(({ type, inputs = {}, ...rest }) => {
    if (!(type in plugins)) return ofLabs.some((known) => known.test(type)) ? [] : [`the resource ${type}`];
    const { version = plugins[type] } = inputs;
    const elsewhere = /plugin(DownloadURL|Checksums)/i.test(JSON.stringify([inputs, rest]));
    return version !== plugins[type] || elsewhere ? [`another plugin for ${type}`] : [];
  });
  const passphrase = secrets === undefined || secrets.type === "passphrase";
  return [...new Set([...foreign, ...(passphrase ? [] : [`secrets of ${secrets.type}`])])];
}
