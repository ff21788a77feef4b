import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellCommand } from "kvmlab-provider/host/shell-quote";
import { LabError } from "../../errors/lab-error";
import { buildOnce, cached, contentKey } from "../cache";
import { type Progress, timed } from "../progress";
import type { Engine } from "./engine";
import type { LibvirtPackage } from "./libvirt-package";
import { officialReachable } from "./official-reach";
import { pulumiCommand } from "./pulumi-command";
import { type CommandSource, chooseCommandSource } from "./sources";
import { commandPluginVersion } from "./versions";

/**
 * The stand-in's executable as it is installed: it runs the stand-in of `project`; without one, of the project that the
 * engine runs for, because the plugins in the cache are shared by all clones of the project.
 */
function standInScript(project?: string): string {
  const plugin = "toolchain/command-plugin/pulumi-resource-command";
  const executable =
    project === undefined
      ? `"\${KVMLAB_PROJECT:?is not set: run Pulumi by ./lab pulumi}/${plugin}"`
      : shellCommand([join(project, plugin)]);
  return `#!/bin/sh\nexec ${executable} "$@"\n`;
}

/** A PULUMI_HOME with this project's plugins in it, apart from the user's own. */
export interface PulumiHome {
  readonly folder: string;
  readonly command: CommandSource;
}

/** Finds or makes the PULUMI_HOME for these plugins. @throws LabError KVM-205 */
export async function ensurePulumiHome(
  engine: Engine,
  libvirt: LibvirtPackage,
  progress: Progress,
): Promise<PulumiHome> {
  const command = await decideCommandSource(libvirt);
  try {
    return { command, folder: await makeHome(engine, libvirt, command, progress) };
  } catch (error) {
    const isDownload = command === "official" && error instanceof LabError && error.facts.code === "KVM-205";
    if (!isDownload) throw error;
    progress(`${error.facts.found}: taking the stand-in for the command plugin`);
    return { command: "stand-in", folder: await makeHome(engine, libvirt, "stand-in", progress) };
  }
}

async function decideCommandSource(libvirt: LibvirtPackage): Promise<CommandSource> {
  const facts = {
    officialCached: (await cached("pulumi-home", homeKey(libvirt, "official"))) !== undefined,
    standInCached: (await cached("pulumi-home", homeKey(libvirt, "stand-in"))) !== undefined,
  };
  const choice = chooseCommandSource(facts);
  if (choice !== "ask") return choice;
  return chooseCommandSource({ ...facts, officialReachable: await officialReachable() });
}

function homeKey(libvirt: LibvirtPackage, command: CommandSource): string {
  return contentKey([
    libvirt.key,
    command,
    commandPluginVersion,
    command === "stand-in" ? standInScript() : "",
  ]);
}

function makeHome(
  engine: Engine,
  libvirt: LibvirtPackage,
  command: CommandSource,
  progress: Progress,
): Promise<string> {
  return buildOnce("pulumi-home", homeKey(libvirt, command), (home) =>
    timed(progress, "installing Pulumi's plugins for libvirt and command", () =>
      installPlugins(engine, libvirt, command, home),
    ),
  );
}

async function installPlugins(
  engine: Engine,
  libvirt: LibvirtPackage,
  command: CommandSource,
  home: string,
): Promise<void> {
  await libvirt.install(engine, home);
  if (command === "official") await installOfficialCommand(engine, home);
  else await installStandIn(engine, home);
}

export interface UsersHome {
  readonly folder: string;
  /** Whether the stand-in may stand there for the command plugin: all programs of the user's would run with it. */
  readonly withStandIn: boolean;
}

/**
 * Puts both plugins into the user's own PULUMI_HOME: the stand-in, which is `project`'s for good there, only where the user says so.
 *
 * @throws LabError KVM-205
 */
export async function installForUser(
  engine: Engine,
  libvirt: LibvirtPackage,
  command: CommandSource,
  { folder, withStandIn }: UsersHome,
  project: string,
  progress: Progress,
): Promise<void> {
  // Of somebody who has not run Pulumi yet there is none.
  await mkdir(folder, { recursive: true });
  await libvirt.install(engine, folder);
  if (command === "official") await installOfficialCommand(engine, folder);
  else if (withStandIn) await installStandIn(engine, folder, project);
  else
    progress(
      `the command plugin ${commandPluginVersion} cannot be downloaded, and is not put into ${folder}: ./lab up and ./lab pulumi run with a stand-in for it. KVMLAB_STAND_IN=1 npm install puts that there, for all your projects`,
    );
}

const commandPlugin = ["plugin", "install", "resource", "command", commandPluginVersion] as const;

function installOfficialCommand(engine: Engine, home: string): Promise<void> {
  return pulumiCommand(engine, home, "the command plugin to be downloaded", commandPlugin);
}

async function installStandIn(engine: Engine, home: string, project?: string): Promise<void> {
  const folder = join(home, "stand-in");
  await mkdir(folder, { recursive: true });
  const executable = join(folder, "pulumi-resource-command");
  await writeFile(executable, standInScript(project));
  await chmod(executable, 0o755);
  const purpose = "the stand-in for the command plugin to install";
  await pulumiCommand(engine, home, purpose, [...commandPlugin, "--file", folder]);
}
