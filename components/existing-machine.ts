import * as pulumi from "@pulumi/pulumi";
import { LabError } from "../errors/lab-error";
import { type Login, parseLogin } from "../stacks/login";
import type { Machine, MachineConnection } from "./machine";

export interface ExistingMachineArgs {
  readonly role: string;
  /** `user@address` or `user@address:port`, as the configuration has it. */
  readonly login: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** Default: the keys of the SSH agent of who deploys. */
  readonly privateKey?: pulumi.Input<string>;
}

/** A machine that is there already. It is configured over SSH and otherwise left alone. */
export class ExistingMachine extends pulumi.ComponentResource implements Machine {
  readonly role: string;
  readonly existing = true;
  readonly address: string;
  readonly sshPort: number;
  readonly connection: MachineConnection;
  readonly resource = this;

  constructor(name: string, args: ExistingMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:ExistingMachine", name, {}, opts);
    const { user, address, port } = loginOf(args);
    this.role = args.role;
    this.address = address;
    this.sshPort = port;
    this.connection = {
      name: args.role,
      address,
      port,
      user,
      // The lab's scripts need root's rights.
      ...(user === "root" ? {} : { sudo: true }),
      ...(args.privateKey === undefined ? {} : { privateKey: args.privateKey }),
      hostKey: args.hostKey,
    };
    this.registerOutputs({});
  }
}

function loginOf({ role, login }: ExistingMachineArgs): Login {
  const parsed = parseLogin(login);
  if (parsed) return parsed;
  throw new LabError({
    code: "KVM-101",
    expected: `${role}Address: user@address or user@address:port, with an IP address`,
    found: `${role}Address: ${login}`,
    fix: "correct it in the stack's file in stacks/",
  });
}
