import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { contentKey } from "../cache";
import type { Progress } from "../progress";
import { buildGoProgram } from "./go-build";
import { libvirtPluginVersion } from "./versions";

const project = resolve(__dirname, "../..");
/** package.json links node_modules/@pulumi/libvirt to it; it is never committed. */
const sdkFolder = join(project, "sdks", "libvirt");
const stamp = join(sdkFolder, ".made-from");
const stepTimeoutMs = 5 * 60_000;

/** Makes @pulumi/libvirt in sdks/libvirt from the plugin's own schema, compiled; nothing to do when it is current. */
export async function ensureLibvirtSdk(plugin: string, progress: Progress): Promise<void> {
  const key = contentKey([plugin, libvirtPluginVersion]);
  if ((await readFile(stamp, "utf8").catch(() => "")) === key) return;

  const generator = await buildGoProgram(
    { module: "engine", packagePath: "./node-sdk", executable: "node-sdk" },
    progress,
  );
  progress("generating @pulumi/libvirt from the plugin's schema");
  const schema = await run(plugin, ["schema"]);
  const staging = `${sdkFolder}.building-${process.pid}`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    await run(generator, [staging], schema);
    await writePackage(staging);
    await run(process.execPath, [join(project, "node_modules/typescript/bin/tsc"), "-p", staging]);
    // Compiled code looks for package.json beside itself to learn its version.
    await writeFile(join(staging, "bin", "package.json"), await readFile(join(staging, "package.json")));
    await writeFile(join(staging, ".made-from"), key);
    await rm(sdkFolder, { recursive: true, force: true });
    await rename(staging, sdkFolder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The generator leaves the version open and asks for a compiler of its own; both are settled here. */
async function writePackage(folder: string): Promise<void> {
  const manifest = {
    name: "@pulumi/libvirt",
    version: libvirtPluginVersion,
    main: "bin/index.js",
    types: "bin/index.d.ts",
    pulumi: { resource: true, name: "libvirt", version: libvirtPluginVersion },
  };
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function run(program: string, args: readonly string[], input?: string): Promise<string> {
  const result = await execa(program, args, { input, reject: false, timeout: stepTimeoutMs });
  if (result.exitCode === 0) return result.stdout;
  throw new LabError({
    code: "KVM-206",
    expected: "@pulumi/libvirt to be generated and compiled",
    found: `${program}: ${`${result.stderr}\n${result.stdout}`.trim().split("\n").slice(0, 4).join("; ")}`,
    mend: "rm -rf sdks node_modules && ./lab doctor",
  });
}
