import type * as pulumi from "@pulumi/pulumi";

/**
 * How the lab's servers know each other's names. One file a kind. All kinds are one resource for the engine: a lab that goes from one
 * kind to another has its servers changed, in place, by the scripts of the new one, which take away what the old one left.
 */
export interface NameService {
  /** What a server waits for, by its role, before it uses another's name. */
  readonly on: ReadonlyMap<string, readonly pulumi.Resource[]>;
}

/** The engine's type and name of a name service, and with them of the script on each server. */
export const nameServiceType = "kvm-migration-lab:index:HostNames";
export const nameServiceName = "host-names";
