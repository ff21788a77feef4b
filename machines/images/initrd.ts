import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { tool } from "./tool";

/** What goes into a small initrd beside busybox and the drivers. */
export interface InitrdRecipe {
  /** The root of a Debian tree that has the kernel's modules. */
  readonly modulesRoot: string;
  /** Modules to load, in the order of need; what they need themselves comes before them. */
  readonly modules: readonly string[];
  /** The script that becomes /init. */
  readonly init: string;
  /** Further programs for /bin. */
  readonly programs?: readonly string[];
  /** Folders to make as mount points. */
  readonly folders: readonly string[];
}

/** Makes an uncompressed initrd (an emulated machine would spend seconds on unpacking) at `output`. */
export async function writeInitrd(recipe: InitrdRecipe, staging: string, output: string): Promise<void> {
  const tree = join(staging, "initrd-tree");
  for (const folder of ["bin", "modules", "dev", "proc", ...recipe.folders]) {
    await mkdir(join(tree, folder), { recursive: true });
  }
  await install("/bin/busybox", join(tree, "bin", "busybox"));
  await install(recipe.init, join(tree, "init"));
  for (const program of recipe.programs ?? []) await install(program, join(tree, "bin", basename(program)));

  const files = await moduleFiles(recipe.modulesRoot, recipe.modules);
  for (const file of files)
    await copyFile(join(recipe.modulesRoot, file), join(tree, "modules", basename(file)));
  await writeFile(join(tree, "modules", "order"), files.map((file) => `${basename(file)}\n`).join(""));

  await tool("sh", ["-c", 'find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 > "$1"', "sh", output], {
    cwd: tree,
  });
  await tool("rm", ["-rf", tree]);
}

async function install(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o755);
}

/** The modules' files in the order to load them, each once. */
async function moduleFiles(root: string, modules: readonly string[]): Promise<string[]> {
  const version = (await tool("ls", [join(root, "lib/modules")])).trim();
  const shown = await tool("chroot", [
    root,
    "/sbin/modprobe",
    "-S",
    version,
    "-a",
    "--show-depends",
    ...modules,
  ]);
  return parseShowDepends(shown);
}

/** Reads `modprobe --show-depends`: `insmod /lib/modules/…/x.ko` a line, or `builtin x`. */
export function parseShowDepends(text: string): string[] {
  const files = [...text.matchAll(/^insmod (\S+)/gm)].map((match) => match[1] ?? "");
  return [...new Set(files)].filter((file) => file !== "");
}
