import { pulumiVersion } from "./versions";

/** One program that is built from a module under toolchain/go. */
export interface GoProgram {
  readonly module: "engine" | "language-nodejs" | "libvirt-plugin";
  /** The package to build: an import path, or a folder of the module. */
  readonly packagePath: string;
  readonly executable: string;
  /** What the program is to give as its version. */
  readonly version?: string;
}

/** The Pulumi engine with its command line. */
export const engineProgram: GoProgram = {
  module: "engine",
  packagePath: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  executable: "pulumi",
  version: `v${pulumiVersion}`,
};

/** What the engine starts to run a program in Node. */
export const languageHostProgram: GoProgram = {
  module: "language-nodejs",
  packagePath: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  executable: "pulumi-language-nodejs",
  version: "v3.68.0",
};

/** Writes a Node SDK from a package's schema. */
export const nodeSdkProgram: GoProgram = {
  module: "engine",
  packagePath: "./node-sdk",
  executable: "node-sdk",
};

/** The libvirt plugin: the Terraform provider behind Pulumi's bridge. */
export const libvirtPluginProgram: GoProgram = {
  module: "libvirt-plugin",
  packagePath: ".",
  executable: "pulumi-resource-libvirt",
};
