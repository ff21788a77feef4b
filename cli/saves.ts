import { removeSave } from "../machines/snapshots/stored-saves";
import { type StoredSnapshot, storedSnapshots } from "../machines/snapshots/stored-snapshots";
import { misfitsHere } from "./bring-back";
import { byteText } from "./byte-text";
import { textTable } from "./table";

/** A save as `./lab saves` shows it. */
export interface ListedSave {
  readonly name: string;
  readonly lab: string;
  /** ISO 8601; empty when it cannot be read. */
  readonly savedAt: string;
  readonly bytes: number;
  /** `guest on target`. */
  readonly guest: string;
  /** What of this machine it does not fit; none when it can be restored here. */
  readonly misfits: readonly string[];
}

/** `./lab saves`. Reads the manifests alone: whether the files are whole is looked at when one is restored. */
export async function listedSaves(): Promise<ListedSave[]> {
  return Promise.all((await storedSnapshots()).filter(({ kind }) => kind === "lab").map(listed));
}

async function listed({ name, bytes, reading }: StoredSnapshot): Promise<ListedSave> {
  const unknown = { name, lab: "", savedAt: "", bytes, guest: "" };
  if (reading.kind === "other format") return { ...unknown, misfits: [`saved in form ${reading.format}`] };
  if (reading.kind === "damaged" || reading.manifest.kind === "boot")
    return { ...unknown, misfits: ["its manifest is damaged"] };
  const { stack, createdAt, guest } = reading.manifest;
  return {
    ...{
      name,
      lab: stack,
      savedAt: createdAt,
      bytes,
      guest: guest ? `${guest.name} on ${guest.runningOn}` : "none",
    },
    misfits: await misfitsHere(reading.manifest, () => undefined),
  };
}

export function savesTable(saves: readonly ListedSave[]): string {
  if (saves.length === 0) return "There is no save yet: ./lab save NAME makes one.";
  const rows = saves.map(({ name, lab, savedAt, bytes, guest, misfits }) => [
    name,
    lab,
    savedAt.replace(/\.\d+Z$/, "Z"),
    byteText(bytes),
    guest,
    misfits.length === 0 ? "yes" : `no: ${misfits.join("; ")}`,
  ]);
  return textTable(["save", "lab", "when", "size", "guest", "fits here"], rows);
}

export async function removeSaves(names: readonly string[]): Promise<void> {
  for (const name of names) {
    await removeSave(name);
    console.log(`The save ${name} is removed.`);
  }
}
