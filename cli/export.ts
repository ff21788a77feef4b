import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { readManifest } from "../machines/snapshots/manifest";
import { type PackOptions, packSave } from "../machines/snapshots/pack";
import { findSave, manifestOf, refuseDamaged } from "../machines/snapshots/stored-saves";
import { byteText } from "./byte-text";
import { showSteps } from "./show-steps";

/**
 * `./lab export`: a save as one file, for another machine.
 *
 * @throws LabError KVM-931 when the file is there, KVM-932 no such save, KVM-936 damaged, KVM-942 when it cannot be written
 */
export async function exportSave(name: string, file: string, options: PackOptions): Promise<void> {
  const folder = await findSave(name);
  const path = resolve(file);
  await showSteps([
    {
      title: `Exporting ${name}`,
      work: async (progress) => {
        const what = `the save ${name}`;
        const manifest = manifestOf(await readManifest(folder), what);
        await refuseDamaged(folder, manifest, what);
        await packSave(folder, path, options, progress);
      },
    },
  ]);
  const { size } = await stat(path);
  console.log(
    options.encryptTo.length > 0
      ? `${path}: ${byteText(size)}, encrypted. On a machine like this: ./lab import FILE --identity KEY`
      : `${path}: ${byteText(size)}. It holds the lab's keys: --encrypt-to KEY encrypts it. On a machine like this: ./lab import FILE`,
  );
}
