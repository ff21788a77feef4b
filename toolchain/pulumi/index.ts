import { delimiter, resolve } from "node:path";
import type { Progress } from "../progress";
import { type BackendKind, ensureBackend } from "./backend";
import { type Engine, ensureEngine } from "./engine";
import { findGo, requireGo } from "./go";
import { buildGoPrograms } from "./go-build";
import { libvirtPluginProgram, nodeSdkProgram } from "./go-programs";
import { type LibvirtPackage, libvirtFromModules, libvirtFromRegistry } from "./libvirt-package";
import { ensureLibvirtSdk } from "./libvirt-sdk";
import { ensurePulumiHome, installForUser, type UsersHome } from "./pulumi-home";
import { type CommandSource, chooseLibvirtSource, type EngineSource, type LibvirtSource } from "./sources";

/** A Pulumi that is ready to run this project. */
export interface PulumiToolchain {
  /** The engine's executable. */
  readonly pulumi: string;
  /** Where each part came from. */
  readonly sources: {
    readonly engine: EngineSource;
    readonly libvirt: LibvirtSource;
    readonly command: CommandSource;
  };
  readonly backend: BackendKind;
  /** What to add to the environment of every call of it. */
  readonly env: Readonly<Record<string, string>>;
}

const project = resolve(__dirname, "../..");

/**
 * Sets up whatever is missing of Pulumi: the engine with its Node language host, the libvirt and command plugins,
 * the generated @pulumi/libvirt, a state backend. All of it once; a second call takes a fraction of a second.
 *
 * @throws LabError KVM-201 to KVM-207
 */
export async function ensurePulumi(
  progress: Progress,
  options: {
    /** The user's own PULUMI_HOME, to put the plugins into, too. */
    readonly alsoInto?: UsersHome;
  } = {},
): Promise<PulumiToolchain> {
  const go = await findGo();
  const libvirtPrograms = [libvirtPluginProgram, nodeSdkProgram];
  const engine = await ensureEngine(go, go ? libvirtPrograms : [], progress);

  const libvirtSource = chooseLibvirtSource({ go: go !== undefined, engine: engine.source });
  const libvirt = await libvirtPackage();
  const home = await ensurePulumiHome(engine, libvirt, progress);
  await ensureLibvirtSdk(home, libvirt, progress);
  if (options.alsoInto !== undefined)
    await installForUser(engine, libvirt, home.command, options.alsoInto, project, progress);
  const backend = await ensureBackend();

  return {
    pulumi: engine.pulumi,
    sources: { engine: engine.source, libvirt: libvirt.source, command: home.command },
    backend: backend.kind,
    env: { ...backend.env, ...environment(engine, home.folder) },
  };

  async function libvirtPackage(): Promise<LibvirtPackage> {
    if (libvirtSource === "registry") return libvirtFromRegistry();
    const [plugin = "", generator = ""] = await buildGoPrograms(
      await requireGo(go),
      libvirtPrograms,
      progress,
    );
    return libvirtFromModules(plugin, generator);
  }
}

function environment(engine: Engine, home: string): Record<string, string> {
  return {
    PATH: [engine.folder, process.env.PATH].join(delimiter),
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // `npm run check` looks at types; doing it again at every start of the program would take seconds.
    PULUMI_NODEJS_TRANSPILE_ONLY: process.env.PULUMI_NODEJS_TRANSPILE_ONLY ?? "true",
    // The installed stand-in for the command plugin finds its program by this.
    KVMLAB_PROJECT: project,
  };
}
