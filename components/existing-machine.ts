import * as pulumi from "@pulumi/pulumi";
import type { HostConnectionInput } from "../provider/sdk/inputs";
import type { ServerRole } from "../toolchain/hypervisor/hypervisor";
import type { Machine } from "./machine";

export interface ExistingMachineArgs {
  readonly role: ServerRole;
  /** `user@address` or `user@address:port`, as the configuration has it. */
  readonly login: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  readonly privateKey: pulumi.Input<string>;
}

/** A machine that is there already. It is configured over SSH and otherwise left alone. */
export class ExistingMachine extends pulumi.ComponentResource implements Machine {
  readonly role: ServerRole;
  readonly address: string;
  readonly connection: HostConnectionInput;
  readonly resource = this;

  constructor(name: string, args: ExistingMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:ExistingMachine", name, {}, opts);
    const { user, address, port } = parseLogin(args.login);
    this.role = args.role;
    this.address = address;
    this.connection = {
      name: args.role,
      address,
      port,
      user,
      privateKey: args.privateKey,
      hostKey: args.hostKey,
    };
    this.registerOutputs({});
  }
}

/** Splits `user@address:port`; an IPv6 address stands in brackets. The configuration's schema has checked the form. */
export function parseLogin(login: string): { user: string; address: string; port: number } {
  const match = /^([^@]+)@(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(login);
  return {
    user: match?.[1] ?? "root",
    address: match?.[2] ?? match?.[3] ?? login,
    port: Number(match?.[4] ?? 22),
  };
}
