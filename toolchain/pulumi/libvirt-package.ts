import { cp, mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { contentKey } from "../cache";
import type { Engine } from "./engine";
import { pulumiCommand } from "./pulumi-command";
import type { LibvirtSource } from "./sources";
import { libvirtPluginVersion } from "./versions";

const stepTimeoutMs = 60_000;
const generatedFolder = "generated-libvirt";

/** libvirt as a Pulumi package: a plugin for the engine and an SDK for programs, wherever they come from. */
export interface LibvirtPackage {
  readonly source: LibvirtSource;
  /** Names what the plugin and the SDK are made from. */
  readonly key: string;
  /** Puts the plugin into the folder `home`, which is to become a PULUMI_HOME. */
  install(engine: Engine, home: string): Promise<void>;
  /** Writes the SDK's TypeScript sources and package.json into `folder`, with the finished `home` at hand. */
  generateSdk(home: string, folder: string): Promise<void>;
}

/** From two programs of toolchain/go: the plugin, and the generator that turns its schema into an SDK. */
export function libvirtFromModules(plugin: string, generator: string): LibvirtPackage {
  return {
    source: "modules",
    // A built program lies in a folder named for what it was made from.
    key: contentKey([
      "modules",
      libvirtPluginVersion,
      ...[plugin, generator].map((path) => basename(dirname(path))),
    ]),
    install: (engine, home) =>
      pulumiCommand(engine, home, "the libvirt plugin to install", [
        ...["plugin", "install", "resource", "libvirt", libvirtPluginVersion],
        ...["--file", plugin],
      ]),
    generateSdk: async (_home, folder) => {
      const schema = await run(plugin, ["schema"]);
      await run(generator, [folder], schema);
    },
  };
}

/**
 * As `pulumi package add terraform-provider dmacvicar/libvirt VERSION` does it: Pulumi's own bridge downloads the
 * provider from the Terraform registry. Needs the internet and a complete Pulumi, but no Go.
 */
export function libvirtFromRegistry(): LibvirtPackage {
  const provider = ["terraform-provider", "dmacvicar/libvirt", libvirtPluginVersion] as const;
  return {
    source: "registry",
    key: contentKey(["registry", ...provider]),
    install: (engine, home) => {
      const [bridge, ...parameters] = provider;
      return pulumiCommand(engine, home, "@pulumi/libvirt to be generated from the Terraform registry", [
        ...["package", "gen-sdk", bridge, "--language", "nodejs", "--local"],
        ...["--out", join(home, generatedFolder), "--", ...parameters],
      ]);
    },
    generateSdk: async (home, folder) => {
      await mkdir(folder, { recursive: true });
      await cp(join(home, generatedFolder, "nodejs"), folder, { recursive: true });
    },
  };
}

async function run(program: string, args: readonly string[], input?: string): Promise<string> {
  const result = await execa(program, args, { input, reject: false, timeout: stepTimeoutMs });
  if (result.exitCode === 0) return result.stdout;
  throw new LabError({
    code: "KVM-206",
    expected: "@pulumi/libvirt to be generated from the plugin's schema",
    found: `${program}: ${result.stderr.trim().split("\n").slice(0, 4).join("; ")}`,
    fix: "rm -rf sdks, then run the same command again",
  });
}
