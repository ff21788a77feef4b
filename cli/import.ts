import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LabError } from "../errors/lab-error";
import { whenDecrypted } from "../machines/snapshots/encryption";
import { strayEntries } from "../machines/snapshots/imported/archive";
import { refuseForeign } from "../machines/snapshots/imported/refuse-foreign";
import { type LabManifest, manifestText, parseManifest, readManifest } from "../machines/snapshots/manifest";
import { archiveListing, packedManifest, unpackSave } from "../machines/snapshots/pack";
import { freeBytes } from "../machines/snapshots/room";
import { checkSaveName, saveFolderOf, savesFolder } from "../machines/snapshots/save-name";
import {
  damaged,
  manifestOf,
  publish,
  refuseDamaged,
  refuseTakenName,
} from "../machines/snapshots/stored-saves";
import type { Progress } from "../toolchain/progress";
import { refuseMisfit } from "./bring-back";
import { byteText } from "./byte-text";
import { showSteps } from "./show-steps";

export interface ImportOptions {
  /** Another name than it was saved by. */
  readonly name?: string | undefined;
  readonly force: boolean;
  /** Files with private keys, for one that is encrypted. */
  readonly identity: readonly string[];
}

/**
 * `./lab import`: a file of `./lab export` becomes a save here. Nothing of it is kept unless all of it is whole and can run here.
 *
 * @throws LabError KVM-930, KVM-931 for the name, KVM-934 no room, KVM-936 changed, KVM-937 made for another machine, KVM-942 cut
 *   off, no such file, or not to be decrypted, KVM-944 it has what no lab has
 */
export async function importSave(file: string, options: ImportOptions): Promise<void> {
  const path = resolve(file);
  let name = "";
  await showSteps([
    {
      title: `Importing ${file}`,
      work: async (progress) => {
        await mkdir(savesFolder(), { recursive: true, mode: 0o700 });
        await whenDecrypted(path, options.identity, savesFolder(), progress, async (plain) => {
          const manifest = manifestOf(parseManifest(await packedManifest(plain, progress)), file);
          name = checkSaveName(options.name ?? manifest.name);
          await refuseTakenName(name, options.force);
          await refuseMisfit(manifest, file, progress);
          await unpackAs(name, { file, plain }, manifest, options.force, progress);
        });
      },
    },
  ]);
  console.log(`It is the save ${name}: ./lab restore ${name} brings the lab back.`);
}

async function unpackAs(
  name: string,
  { file, plain }: { readonly file: string; readonly plain: string },
  manifest: LabManifest,
  force: boolean,
  progress: Progress,
): Promise<void> {
  await refuseWithoutRoom(manifest);
  progress("looking what is in it");
  const strays = strayEntries(await archiveListing(plain), manifest);
  if (strays.length > 0) throw damaged(file, strays);
  const staging = join(savesFolder(), `.${name}.importing-${process.pid}`);
  await mkdir(staging, { mode: 0o700 });
  const leaveNothing = () => rm(staging, { recursive: true, force: true });
  try {
    progress("unpacking it");
    await unpackSave(plain, staging);
    progress("comparing checksums");
    const own = await readManifest(staging);
    const same = own.kind === "manifest" && manifestText(own.manifest) === manifestText(manifest);
    if (!same) throw damaged(file, ["its manifest"]);
    await refuseDamaged(staging, manifest, file);
    await refuseForeign(staging, manifest, file);
    await refuseTakenName(name, force);
    await publish(staging, saveFolderOf(name));
  } catch (error) {
    await leaveNothing();
    throw error;
  }
}

async function refuseWithoutRoom({ files }: LabManifest): Promise<void> {
  const needed = files.reduce((total, file) => total + ("bytes" in file ? file.bytes : 0), 0);
  const free = await freeBytes(savesFolder());
  if (free >= needed) return;
  throw new LabError({
    code: "KVM-934",
    expected: `${byteText(needed)} free for what is imported`,
    found: `${byteText(free)} free at ${savesFolder()}`,
    fix: "./lab saves --remove NAME, ./lab clean, or a larger disk for KVMLAB_CACHE",
  });
}
