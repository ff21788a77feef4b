import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { shellCommand } from "../../provider/host/shell-quote";
import { cacheDir, contentKey } from "../cache";
import type { Progress } from "../progress";
import { buildGoProgram } from "./go-build";
import { officialReachable } from "./official-download";
import { commandPluginVersion, libvirtPluginVersion } from "./versions";

const installTimeoutMs = 5 * 60_000;
const standIn = resolve(__dirname, "../command-plugin/pulumi-resource-command");

/** One resource plugin as it was put into PULUMI_HOME. */
export interface InstalledPlugin {
  readonly name: "libvirt" | "command";
  readonly source: "official" | "modules" | "stand-in";
}

interface PluginInstall extends InstalledPlugin {
  readonly version: string;
  /** What to install: nothing for the official download, else an executable or a folder. */
  readonly file?: string;
}

/** Builds (or finds) libvirt's plugin: the Terraform provider behind Pulumi's bridge. */
export function libvirtPlugin(progress: Progress): Promise<string> {
  return buildGoProgram(
    { module: "libvirt-plugin", packagePath: ".", executable: "pulumi-resource-libvirt" },
    progress,
  );
}

export async function installLibvirtPlugin(pulumi: Pulumi, file: string): Promise<InstalledPlugin> {
  return install(pulumi, { name: "libvirt", version: libvirtPluginVersion, source: "modules", file });
}

/** The official command plugin where its download can be reached, else the stand-in of toolchain/command-plugin. */
export async function installCommandPlugin(pulumi: Pulumi, progress: Progress): Promise<InstalledPlugin> {
  const command = { name: "command", version: commandPluginVersion } as const;
  if (await officialReachable()) {
    progress(`installing the command plugin ${commandPluginVersion}`);
    return install(pulumi, { ...command, source: "official" });
  }
  const folder = await mkdtemp(join(cacheDir(), "command-plugin-"));
  try {
    // A plugin folder is copied; what it runs stays in the project, so that an update of the project updates it.
    const wrapper = join(folder, "pulumi-resource-command");
    await writeFile(wrapper, `#!/bin/sh\nexec ${shellCommand([standIn])} "$@"\n`);
    await chmod(wrapper, 0o755);
    return await install(pulumi, { ...command, source: "stand-in", file: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How to run the engine. */
export interface Pulumi {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
}

async function install(pulumi: Pulumi, plugin: PluginInstall): Promise<InstalledPlugin> {
  const home = pulumi.env.PULUMI_HOME ?? "";
  const stamp = join(home, "plugins", `.${plugin.name}-made-from`);
  const wanted = contentKey([
    plugin.version,
    plugin.source,
    plugin.source === "stand-in" ? standIn : (plugin.file ?? ""),
  ]);
  const result = { name: plugin.name, source: plugin.source };
  if ((await readFile(stamp, "utf8").catch(() => "")) === wanted) return result;

  const args = ["plugin", "install", "resource", plugin.name, plugin.version, "--reinstall"];
  const outcome = await execa(pulumi.executable, plugin.file ? [...args, "--file", plugin.file] : args, {
    env: pulumi.env,
    reject: false,
    all: true,
    timeout: installTimeoutMs,
  });
  if (outcome.exitCode !== 0) {
    throw new LabError({
      code: "KVM-205",
      expected: `Pulumi's plugin ${plugin.name} ${plugin.version} (${plugin.source}) to install`,
      found: (outcome.all ?? "").trim().split("\n").slice(-3).join("; ") || "no end within 5 minutes",
      mend: "check the free disk space and the network, then run the same command again; KVMLAB_OFFLINE=1 takes the stand-in",
    });
  }
  await mkdir(join(home, "plugins"), { recursive: true });
  await writeFile(stamp, wanted);
  return result;
}
