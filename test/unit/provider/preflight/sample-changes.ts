import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { facts, guestOnSource, host, storageOf } from "./sample-facts";
import * as texts from "./sample-texts";

const { guestFolder } = texts;

/** The lab's guest with other parts in its definition. */
export function withDefinition(parts: texts.DefinitionParts): Partial<MoveFacts> {
  return { onSource: guestOnSource({ definition: texts.definition(parts) }) };
}

export const onTarget = (changed: Record<string, string>): Partial<MoveFacts> => ({
  target: host("target", changed),
});
export const onSource = (changed: Record<string, string>): Partial<MoveFacts> => ({
  source: host("source", changed),
});
export const targetStorage = (changed: Record<string, string>): Partial<MoveFacts> => ({
  storage: { ...facts().storage, target: storageOf(changed) },
});
export const clocks = (ms: number, uncertaintyMs = 50): Partial<MoveFacts> => ({
  target: { ...host("target"), clock: { ms, uncertaintyMs } },
});
export const disk = (driver: string) => withDefinition({ driver });
export const device = (devices: string) => withDefinition({ devices });
/** A further disk, and what the target says of its server; of what must be the same the source says the same where nothing else is given. */
export function behindNetwork(disk: string, atTarget: string, atSource?: string): Partial<MoveFacts> {
  const shared = atTarget.split("\n").filter((line) => /^(name|cluster|keyrings) /.test(line));
  const { source } = facts().storage;
  const network = storageOf({ network: atSource ?? shared.join("\n") }).network;
  return {
    ...device(disk),
    storage: { source: { ...source, network }, target: storageOf({ network: atTarget }) },
  };
}
export const onFileSystem = (type: string): MoveFacts["storage"] => {
  const { source, target } = facts().storage;
  return { target, source: { ...source, fileSystems: storageOf({ space: texts.space(type) }).fileSystems } };
};
export const cdrom =
  "<disk type='file' device='cdrom'><source file='/root/debian.iso'/><target dev='sda'/><readonly/></disk>";
/** What both hosts, or one of them, say of the content of files that the guest only reads. */
export const contents = (here: string, there = here): Pick<MoveFacts, "storage"> => {
  const { source, target } = facts().storage;
  const read = (lines: string) => storageOf({ contents: lines }).contents;
  return {
    storage: { source: { ...source, contents: read(here) }, target: { ...target, contents: read(there) } },
  };
};
export const everything = [
  texts.emulator,
  ...["disk.qcow2", "vmlinux", "initrd.img", "debian.iso"].map((name) => `${guestFolder}/${name}`),
]
  .map((path) => `-erw ${path}\n`)
  .join("");
export const custom =
  "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>EPYC</model></cpu>";

export const variables = "/var/lib/libvirt/qemu/nvram/guest.fd";
export const tpmState = `/var/lib/libvirt/swtpm/${texts.uuid}/tpm2/tpm2-00.permall`;
/** An offline move of a guest with firmware variables and an emulated TPM; what both hosts, or each, have of their files. */
export const offline = (here: string, there = here): Partial<MoveFacts> => ({
  mode: "offline",
  onSource: guestOnSource({
    state: "shut off (shutdown)\n\n",
    definition: texts.definition({
      os: `<nvram>${variables}</nvram>`,
      devices: "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
    }),
  }),
  storage: {
    source: { ...facts().storage.source, contents: storageOf({ contents: here }).contents },
    target: storageOf({ files: `${everything}-erw /var/lib/libvirt/qemu/nvram\n`, contents: there }),
  },
});
