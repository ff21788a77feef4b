import { folderOf, type GuestDisk } from "../facts/guest-disk";
import type { MoveFacts } from "../facts/move-facts";
import { pass, ruleOnGuest, skipped } from "../rule";

/** The target opens the same files as the source: each disk with all that it is built upon, what its server is opened with (keys, configuration), kernel, initrd, firmware. */
export const filesVisible = ruleOnGuest("files-visible", "KVM-623", ({ disks, bootFiles }, facts) => {
  const { target } = facts.storage;
  if (target.tokens === undefined)
    return skipped(`the storage of ${facts.target.host} did not answer (KVM-621)`);
  // Of a folder that is another one than the source's, shared-storage speaks.
  const images = facts.copiesStorage
    ? []
    : disks.filter(({ kind, path }) => kind === "file" && target.tokens?.get(folderOf(path)) === "seen");
  const named = [...bootFiles, ...disks.flatMap(({ network }) => network.flatMap(({ files }) => files))];
  const wrong = [
    ...images.flatMap((disk) => complaint(disk, facts) ?? []),
    ...named
      .filter((path) => !target.files.get(path)?.includes("r"))
      .map((path) => `${path} is not there, or not to be read`),
  ];
  if (wrong.length === 0) {
    const seen = [...images.map(({ path, format }) => `${path} (${format})`), ...named];
    return seen.length === 0 ? skipped("no file of the guest on shared storage") : pass(seen.join("; "));
  }
  return {
    host: facts.target.host,
    expected: `${facts.target.host} to open every file of ${facts.guest}, in the same format, at the same path`,
    found: wrong.join("; "),
    fix: `move them to the shared folder, or copy what only is read to ${facts.target.host}; then there: qemu-img info -U --backing-chain FILE`,
  };
});

function complaint({ name, path, format, backing }: GuestDisk, { storage }: MoveFacts): string | undefined {
  const { files, chains } = storage.target;
  const access = files.get(path) ?? "";
  if (!access.includes("r")) return `${name}: ${path} is not there, or not to be read`;
  const missing = backing.find((file) => !files.get(file)?.includes("r"));
  if (missing !== undefined) return `${name}: ${missing}, upon which it is built, is not there`;
  const chain = chains.get(path);
  if (chain === undefined) return undefined;
  if (chain.images.length === 0) return `${name}: ${chain.trouble}`;
  const seen = chain.images[0]?.format;
  // What is used as raw may contain anything.
  return format === "raw" || seen === format
    ? undefined
    : `${name}: ${path} is ${seen}, and used as ${format}`;
}
