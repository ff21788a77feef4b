import type * as pulumi from "@pulumi/pulumi";
import type { HostConnectionInput } from "kvmlab-provider/sdk/inputs";

/** One of the three servers, built or existing: the rest of the lab needs to know no more of it. */
export interface Machine {
  readonly role: string;
  /** Whether somebody has it, who gets it back as it was; a machine that was built goes with the lab. */
  readonly existing: boolean;
  /** Its address on the lab's network, as the other servers reach it. */
  readonly address: pulumi.Input<string>;
  /** TCP port of its SSH service there. */
  readonly sshPort: number;
  /** How to log in to it from here. */
  readonly connection: MachineConnection;
  /** What must be there before anybody logs in. */
  readonly resource: pulumi.Resource;
}

/** A host whose key is known, and of which is known whether its user needs sudo. */
export interface MachineConnection extends HostConnectionInput {
  readonly hostKey: pulumi.Input<string>;
  readonly sudo?: boolean;
}

/** The machine that has a server's part. */
export function machineNamed(machines: readonly Machine[], name: string): Machine {
  const machine = machines.find(({ role }) => role === name);
  if (machine === undefined) throw new Error(`the lab has no server ${name}`);
  return machine;
}
