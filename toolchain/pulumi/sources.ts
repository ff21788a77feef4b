/** Where the Pulumi engine comes from; the first of these that can be had (docs/concepts/toolchain.md). */
export type EngineSource = "path" | "official" | "modules";
/** The command plugin: Pulumi's own, or the one of toolchain/command-plugin. */
export type CommandSource = "official" | "stand-in";
/** The libvirt plugin: built from module sources, or what `pulumi package add terraform-provider` takes. */
export type LibvirtSource = "modules" | "registry";

/** Whether Pulumi's own downloads can be reached: known once the network was asked. */
interface Reach {
  readonly officialReachable: boolean;
}

/** What is known of the engine without asking the network. */
export interface EngineFacts {
  readonly fitsOnPath: boolean;
  readonly officialCached: boolean;
  readonly modulesCached: boolean;
}

/** What is known of the command plugin without asking the network. */
export interface CommandFacts {
  readonly officialCached: boolean;
  readonly standInCached: boolean;
}

/**
 * A pulumi that is here and fits, else what is in the cache already, else the official download, else module sources.
 * "ask": that depends on the network.
 */
export function chooseEngineSource(facts: EngineFacts & Reach): EngineSource;
export function chooseEngineSource(facts: EngineFacts & Partial<Reach>): EngineSource | "ask";
export function chooseEngineSource(facts: EngineFacts & Partial<Reach>): EngineSource | "ask" {
  if (facts.fitsOnPath) return "path";
  if (facts.officialCached) return "official";
  if (facts.modulesCached) return "modules";
  if (facts.officialReachable === undefined) return "ask";
  return facts.officialReachable ? "official" : "modules";
}

/** What is installed already, else the official download, else the stand-in. "ask": that depends on the network. */
export function chooseCommandSource(facts: CommandFacts & Reach): CommandSource;
export function chooseCommandSource(facts: CommandFacts & Partial<Reach>): CommandSource | "ask";
export function chooseCommandSource(facts: CommandFacts & Partial<Reach>): CommandSource | "ask" {
  if (facts.officialCached) return "official";
  if (facts.standInCached) return "stand-in";
  if (facts.officialReachable === undefined) return "ask";
  return facts.officialReachable ? "official" : "stand-in";
}

/** Built from module sources wherever there is a Go for it; a complete Pulumi can do without. */
export function chooseLibvirtSource(facts: {
  readonly go: boolean;
  readonly engine: EngineSource;
}): LibvirtSource {
  return facts.go || facts.engine === "modules" ? "modules" : "registry";
}
