import { cp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { LabError } from "../../errors/lab-error";
import { buildOnce, contentKey } from "../cache";
import { type Progress, timed } from "../progress";
import type { LibvirtPackage } from "./libvirt-package";
import type { PulumiHome } from "./pulumi-home";
import { libvirtPluginVersion } from "./versions";

const project = resolve(__dirname, "../..");
const modules = join(project, "node_modules");
/** package.json links node_modules/@pulumi/libvirt to it; it is never committed. */
const sdkFolder = join(project, "sdks", "libvirt");
const stampName = ".made-from";
const compileTimeoutMs = 5 * 60_000;

/** Puts @pulumi/libvirt, generated and compiled, into sdks/libvirt; nothing to do when it is current. @throws LabError KVM-206 */
export async function ensureLibvirtSdk(
  home: PulumiHome,
  libvirt: LibvirtPackage,
  progress: Progress,
): Promise<void> {
  const key = contentKey([libvirt.key, await versionOf("typescript"), await versionOf("@pulumi/pulumi")]);
  if ((await readFile(join(sdkFolder, stampName), "utf8").catch(() => "")) === key) return;
  const built = await buildOnce(
    "libvirt-sdk",
    key,
    (staging) =>
      timed(progress, "generating and compiling @pulumi/libvirt", async () => {
        await libvirt.generateSdk(home.folder, staging);
        await compile(staging);
        await writeFile(join(staging, stampName), key);
      }),
    progress,
  );
  await place(built);
}

async function compile(folder: string): Promise<void> {
  await writePackage(folder);
  // The compiler looks for @pulumi/pulumi from here upwards.
  await symlink(modules, join(folder, "node_modules"));
  const compiler = join(modules, "typescript", "bin", "tsc");
  const result = await execa(process.execPath, [compiler, "-p", folder], {
    reject: false,
    timeout: compileTimeoutMs,
  });
  if (result.exitCode !== 0) {
    throw new LabError({
      code: "KVM-206",
      expected: "@pulumi/libvirt to compile",
      found: result.stdout.trim().split("\n").slice(0, 4).join("; ") || `tsc: ${result.stderr}`,
      fix: "npm ci, then run the same command again",
    });
  }
  await rm(join(folder, "node_modules"));
  // Compiled code looks for package.json beside itself to learn its version.
  await writeFile(join(folder, "bin", "package.json"), JSON.stringify({ version: libvirtPluginVersion }));
}

const generatedShape = z.object({ pulumi: z.record(z.string(), z.unknown()) });

/** The generator's package.json asks for a compiler and a build of its own; both are settled here. */
async function writePackage(folder: string): Promise<void> {
  const path = join(folder, "package.json");
  const generated = generatedShape.parse(JSON.parse(await readFile(path, "utf8")));
  const manifest = {
    name: "@pulumi/libvirt",
    version: libvirtPluginVersion,
    main: "bin/index.js",
    types: "bin/index.d.ts",
    // What tells the engine which plugin the package needs.
    pulumi: { version: libvirtPluginVersion, ...generated.pulumi, resource: true },
  };
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Copied, not linked: Node resolves what the SDK requires from where its files really are. */
async function place(built: string): Promise<void> {
  const incoming = `${sdkFolder}.incoming-${process.pid}`;
  await rm(incoming, { recursive: true, force: true });
  await cp(built, incoming, { recursive: true });
  await rm(sdkFolder, { recursive: true, force: true });
  await rename(incoming, sdkFolder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(incoming, { recursive: true, force: true });
    // Another process was faster, with the same thing.
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

const versionShape = z.object({ version: z.string() });

async function versionOf(name: string): Promise<string> {
  const text = await readFile(join(modules, name, "package.json"), "utf8");
  return versionShape.parse(JSON.parse(text)).version;
}
