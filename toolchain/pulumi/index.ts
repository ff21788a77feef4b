import { delimiter } from "node:path";
import type { Progress } from "../progress";
import { type EngineSource, ensureEngine } from "./engine";
import { ensureLibvirtSdk } from "./libvirt-sdk";
import { type InstalledPlugin, installCommandPlugin, installLibvirtPlugin, libvirtPlugin } from "./plugins";
import { type Backend, ensureBackend, pulumiHome } from "./pulumi-home";

/** A Pulumi that is ready to run this project. */
export interface PulumiToolchain {
  /** The engine's executable. */
  readonly pulumi: string;
  readonly source: EngineSource;
  readonly plugins: readonly InstalledPlugin[];
  readonly backend: Backend["kind"];
  /** What to add to the environment of every call of it. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Sets up whatever is missing of Pulumi: the engine with its Node language host, the libvirt and command plugins,
 * the generated @pulumi/libvirt, a state backend. All of it once; a second call takes a fraction of a second.
 *
 * @throws LabError KVM-202 to KVM-206
 */
export async function ensurePulumi(progress: Progress): Promise<PulumiToolchain> {
  const engine = await ensureEngine(progress);
  const backend = await ensureBackend();
  const env: Record<string, string> = {
    ...backend.env,
    PULUMI_HOME: pulumiHome(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PATH: [...engine.path, process.env.PATH].join(delimiter),
  };
  const pulumi = { executable: engine.pulumi, env };
  const libvirt = await libvirtPlugin(progress);
  await ensureLibvirtSdk(libvirt, progress);
  const plugins = [await installLibvirtPlugin(pulumi, libvirt), await installCommandPlugin(pulumi, progress)];
  return { pulumi: engine.pulumi, source: engine.source, plugins, backend: backend.kind, env };
}
