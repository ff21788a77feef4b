import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../../../errors/lab-error";
import type { LabManifest, SavedFile } from "../manifest";
import { foreignInDomain, foreignInNetwork, foreignInPool } from "./definitions";
import { definitionInMemory, foreignInDisk } from "./headers";
import { foreignInState } from "./state";

type Look = (file: string) => Promise<string[]> | string[];

const text = (look: (text: string) => string[]) => async (file: string) => look(await readFile(file, "utf8"));
const nothing: Look = () => [];

/** Every file that a saved lab may have, and what is looked for in it. The first that fits counts. */
const known: readonly (readonly [RegExp, Look])[] = [
  [/^(config\.yaml|outputs\.json|hypervisor\/set\.json)$/, nothing],
  [/^state\.json$/, text(foreignInState)],
  [/^memory\/[\w.-]+\.save$/, inMemory],
  [/^hypervisor\/etc\/qemu\/[\w.-]+\.xml$/, text(foreignInDomain)],
  [/^hypervisor\/etc\/qemu\/networks\/[\w.-]+\.xml$/, text(foreignInNetwork)],
  [/^hypervisor\/etc\/storage\/[\w.-]+\.xml$/, text(foreignInPool)],
  // The project's own: each start writes them (machines/hypervisor/prepare-folders.ts).
  [/^hypervisor\/etc\/(qemu\.conf|libvirtd\.conf|hooks\/network)$/, nothing],
  [/^hypervisor\/(lib|bases)\/images\/[\w.-]+\/[\w.-]+$/, foreignInDisk],
  [/^hypervisor\/bases\/boot\/[\w.-]+\/[\w.-]+$/, nothing],
];

/**
 * Looks for what of an imported save would run on this machine, or reach a file of it, in place of a lab: programs, hooks, paths, plugins. It has been
 * unpacked, and is what its manifest says. The memory of its machines itself is QEMU's to read, and is not looked at.
 *
 * @throws LabError KVM-944 with all of it
 */
export async function refuseForeign(folder: string, { files }: LabManifest, what: string): Promise<void> {
  const told = await Promise.all(files.map((file) => foreignIn(folder, file)));
  const found = told.flat();
  if (found.length === 0) return;
  throw new LabError({
    code: "KVM-944",
    expected: `${what} to have only what a lab has`,
    found: found.join("; "),
    fix: "import it from somebody whom you trust; ./lab export on their machine writes it again",
  });
}

async function foreignIn(folder: string, file: SavedFile): Promise<string[]> {
  const { path } = file;
  if ("link" in file) return isOwnLink(path, file.link) ? [] : [`${path} leads to ${file.link}`];
  const look = known.find(([pattern]) => pattern.test(path))?.[1];
  if (look === undefined) return [`the file ${path}`];
  return (await look(join(folder, path))).map((complaint) => `${complaint} in ${path}`);
}

/** libvirt starts at once what stands in a folder `autostart`: a link to the definition beside it. */
function isOwnLink(path: string, link: string): boolean {
  const [, place, name] =
    /^hypervisor\/etc\/(qemu|qemu\/networks|storage)\/autostart\/([\w.-]+\.xml)$/.exec(path) ?? [];
  return name !== undefined && [`/etc/libvirt/${place}/${name}`, `../${name}`].includes(link);
}

async function inMemory(file: string): Promise<string[]> {
  const definition = await definitionInMemory(file);
  return definition === undefined ? ["no memory of a machine"] : foreignInDomain(definition);
}
