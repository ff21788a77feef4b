import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { closest } from "fastest-levenshtein";
import { LabError } from "../../errors/lab-error";
import { exists } from "../../toolchain/cache";
import { copyTree } from "./copy-tree";
import type { LabManifest, ManifestReading } from "./manifest";
import { saveFolderOf, savesFolder } from "./save-name";
import { damagesOf } from "./snapshot-files";

/** The names of all saves. */
export async function saveNames(): Promise<string[]> {
  await settleReplacements();
  return (await readdir(savesFolder()).catch(() => [])).filter((name) => !name.startsWith(".")).sort();
}

/** @throws LabError KVM-932 when there is none of this name */
export async function findSave(name: string): Promise<string> {
  await settleReplacements();
  const folder = saveFolderOf(name);
  if (await exists(folder)) return folder;
  const names = await saveNames();
  throw new LabError({
    code: "KVM-932",
    expected: `one of the saves: ${names.join(", ") || "there is none yet"}`,
    found: name,
    fix: names.length > 0 ? `did you mean ${closest(name, names)}?` : `./lab save ${name}`,
  });
}

/** @throws LabError KVM-931 */
export async function refuseTakenName(name: string, force: boolean): Promise<void> {
  await settleReplacements();
  if (force || !(await exists(saveFolderOf(name)))) return;
  throw new LabError({
    code: "KVM-931",
    expected: "the name of a save that is not there yet",
    found: `${saveFolderOf(name)} is there`,
    fix: `take another name, or --force to replace it, or ./lab saves --remove ${name}`,
  });
}

/** Removes a save. It loses its name before its files: one that has a name is whole. */
export async function removeSave(name: string): Promise<void> {
  const folder = await findSave(name);
  await remove(folder);
}

/**
 * Gives a complete folder its name. One that has it already goes only now, and comes back should this be interrupted between the two
 * renames.
 */
export async function publish(complete: string, finished: string): Promise<void> {
  const replaced = replacedFolder(finished);
  const replaces = await exists(finished);
  const near = await onSameDisk(complete, finished);
  if (replaces) await rename(finished, replaced);
  await rename(near, finished);
  if (replaces) await rm(replaced, { recursive: true, force: true });
}

/** What lies on another file system is copied beside its place: only there it can be given its name in one step. */
async function onSameDisk(complete: string, finished: string): Promise<string> {
  const [here, there] = await Promise.all([stat(complete), stat(dirname(finished))]);
  if (here.dev === there.dev) return complete;
  const near = join(dirname(finished), `.${basename(finished)}.moving-${process.pid}`);
  try {
    await copyTree(complete, near);
    return near;
  } catch (error) {
    await rm(near, { recursive: true, force: true });
    throw error;
  }
}

async function remove(folder: string): Promise<void> {
  const doomed = join(dirname(folder), `.${basename(folder)}.removed-${process.pid}`);
  await rename(folder, doomed);
  await rm(doomed, { recursive: true, force: true });
}

const replacedMark = ".replaced";

function replacedFolder(finished: string): string {
  return join(dirname(finished), `.${basename(finished)}${replacedMark}`);
}

/** Ends what a killed replacement, removal or import left: what had a name keeps it, unless the new one has it by now. */
async function settleReplacements(): Promise<void> {
  const hidden = (await readdir(savesFolder()).catch(() => [])).filter((name) => name.startsWith("."));
  for (const name of hidden.filter((name) => name.endsWith(replacedMark))) {
    const finished = join(savesFolder(), name.slice(1, -replacedMark.length));
    const replaced = join(savesFolder(), name);
    // One that is just being replaced is younger than that.
    if (!(await isOld(replaced))) continue;
    if (await exists(finished)) await rm(replaced, { recursive: true, force: true });
    else await rename(replaced, finished);
  }
  for (const name of hidden) {
    const pid = /\.(?:removed|importing|moving)-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(savesFolder(), name), { recursive: true, force: true });
  }
}

const renamesTakeMs = 2_000;

async function isOld(folder: string): Promise<boolean> {
  const status = await stat(folder).catch(() => undefined);
  return status !== undefined && Date.now() - status.ctimeMs > renamesTakeMs;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The manifest of a saved lab that this ./lab can read. @throws LabError KVM-936, KVM-937 */
export function manifestOf(reading: ManifestReading, what: string): LabManifest {
  if (reading.kind === "manifest" && reading.manifest.kind !== "boot") return reading.manifest;
  if (reading.kind === "other format") {
    throw new LabError({
      code: "KVM-937",
      expected: `${what} to be a save that this version of ./lab can read`,
      found: `it has form ${reading.format}`,
      fix: "restore it with the version that made it, or save the lab again",
    });
  }
  throw damaged(what, ["its manifest is missing, cut off or changed"]);
}

/** Reads all of a save. @throws LabError KVM-936 when it is not as it was written */
export async function refuseDamaged(folder: string, manifest: LabManifest, what: string): Promise<void> {
  const wrong = await damagesOf(folder, manifest);
  if (wrong.length > 0) throw damaged(what, wrong);
}

const shownDifferences = 4;

export function damaged(what: string, wrong: readonly string[]): LabError {
  const more = wrong.length > shownDifferences ? ` and ${wrong.length - shownDifferences} more` : "";
  return new LabError({
    code: "KVM-936",
    expected: `${what} to be as it was written`,
    found: `${wrong.slice(0, shownDifferences).join("; ")}${more}`,
    fix: "nothing was touched; take another save, or copy the file again from where it came from",
  });
}
