import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, exists, labDir, namesOfLabs } from "../../toolchain/cache";
import { bytesOf, cachedKeys } from "../../toolchain/cached-folders";
import { bootKind } from "./boot-snapshots";
import { resetPointFolder, stepStatesFolder } from "./lab-places";
import { type Manifest, type ManifestReading, ownBytes, readManifest } from "./manifest";
import { savesFolder } from "./save-name";
import { saveNames } from "./stored-saves";

/** A snapshot of any kind, for those who list, count and remove. */
export interface StoredSnapshot {
  /** By where it lies: also of one whose manifest cannot be read. */
  readonly kind: Manifest["kind"];
  /** Of a boot its key, of a save its name, of a reset point its lab, of a step's state LAB/STEP. */
  readonly name: string;
  readonly reading: ManifestReading;
  /** Without what is shared with the cache, or with a save that it was restored from. */
  readonly bytes: number;
  /** Ms since 1970, as the file system has it. */
  readonly usedAtMs: number;
}

/** All snapshots of this machine: booted servers, saved labs, and the states that labs are reset to. */
export async function storedSnapshots(): Promise<StoredSnapshot[]> {
  const [boots, saves, labs] = await Promise.all([cachedKeys(bootKind), saveNames(), namesOfLabs()]);
  const places = [
    ...boots.map((name) => ({ kind: "boot", name, folder: join(cacheDir(), bootKind, name) }) as const),
    ...saves.map((name) => ({ kind: "lab", name, folder: join(savesFolder(), name) }) as const),
    ...labs.map((name) => ({ kind: "reset", name, folder: resetPointFolder(labDir(name)) }) as const),
    ...(await Promise.all(labs.map(stepStates))).flat(),
  ];
  const found = await Promise.all(places.map((place) => describe(place).catch(() => undefined)));
  return found.filter((snapshot) => snapshot !== undefined);
}

async function stepStates(lab: string): Promise<Place[]> {
  const folder = stepStatesFolder(labDir(lab));
  const steps = await readdir(folder).catch(() => []);
  return steps
    .filter((step) => !step.startsWith("."))
    .map((step) => ({ kind: "reset", name: `${lab}/${step}`, folder: join(folder, step) }));
}

interface Place extends Pick<StoredSnapshot, "kind" | "name"> {
  readonly folder: string;
}

/** Undefined also where it went this moment. */
async function describe({ kind, name, folder }: Place): Promise<StoredSnapshot | undefined> {
  if (!(await exists(folder))) return undefined;
  const [{ own, linked }, { mtimeMs }, reading] = await Promise.all([
    bytesOf(folder),
    stat(folder),
    readManifest(folder),
  ]);
  const whole = reading.kind === "manifest" && kind === "lab" ? ownBytes(reading.manifest) : own + linked;
  return { kind, name, reading, usedAtMs: mtimeMs, bytes: kind === "reset" ? own : whole };
}
