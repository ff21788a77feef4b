import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { SshKeyPair } from "kvmlab-provider/sdk/ssh-key-pair";
import type { Release } from "../stacks/topology/releases";
import { render } from "../templates/render";
import { IdentityDisk } from "./identity-disk";
import type { Machine, MachineConnection } from "./machine";
import type { Network } from "./network";
import type { Platform } from "./platform";
import type { Processor } from "./processor";
import type { ServerDisks } from "./server-disks";

export interface BuiltMachineArgs {
  readonly role: string;
  /** Its place in the network: no other server of the lab has the same. */
  readonly place: number;
  readonly platform: Platform;
  readonly network: Network;
  readonly disks: ServerDisks;
  /** Its address with the network's prefix: `10.77.0.3/24`. */
  readonly address: string;
  /** The network's first address. */
  readonly gateway: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly release: Release | undefined;
  /** The key that opens it. */
  readonly processor: Processor;
  readonly operatorKey: SshKeyPair;
}

/** Names are fixed: a new thing of a name needs the old one gone. */
const deleteBeforeReplace = true;
/** Where sshd listens in the lab's image, and in any other that is not told otherwise. */
const sshPort = 22;

/** A server as a virtual machine: an overlay on the image, an identity of its own, known by its host key beforehand. */
export class BuiltMachine extends pulumi.ComponentResource implements Machine {
  readonly role: string;
  readonly existing = false;
  readonly address: string;
  readonly sshPort = sshPort;
  readonly connection: MachineConnection;
  readonly resource: pulumi.Resource;

  constructor(name: string, args: BuiltMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:BuiltMachine", name, {}, opts);
    const { role, platform } = args;
    const parent = { parent: this };
    const hostKey = new SshKeyPair(`${name}-host-key`, { comment: `host key of ${role}` }, parent);
    const identity = this.identity(name, args, hostKey);
    const domain = this.domain(name, args, this.rootDisk(name, args), identity);

    this.role = role;
    this.address = args.address.split("/")[0] ?? args.address;
    this.resource = domain;
    const endpoint = platform.sshEndpoint(role);
    this.connection = {
      name: role,
      address: endpoint?.address ?? this.address,
      port: endpoint?.port ?? sshPort,
      user: "root",
      privateKey: args.operatorKey.privateKey,
      hostKey: hostKey.publicKey,
    };
    this.registerOutputs({});
  }

  private rootDisk(name: string, args: BuiltMachineArgs): libvirt.Volume {
    const { pool } = args.disks;
    const baseVolumeId = args.platform.warmDisks[args.role] ?? args.disks.of(args.release).baseVolumeId;
    return new libvirt.Volume(
      name,
      { name: `${args.role}.qcow2`, pool, baseVolumeId },
      { parent: this, deleteBeforeReplace },
    );
  }

  private identity(name: string, args: BuiltMachineArgs, hostKey: SshKeyPair): IdentityDisk {
    const userData = pulumi
      .all([args.operatorKey.publicKey, hostKey.publicKey, hostKey.privateKey])
      .apply(([authorizedKey, hostPublicKey, hostPrivateKey]) =>
        render("machine/user-data.sh", { hostName: args.role, authorizedKey, hostPublicKey, hostPrivateKey }),
      );
    const metaData = hostKey.publicKey.apply((publicKey) =>
      // cloud-init and the lab's own image take an identity once for each instance-id: it changes with the key.
      render("machine/meta-data", {
        instanceId: publicKey.split(" ")[1]?.slice(-24) ?? "",
        hostName: args.role,
      }),
    );
    const fileName = `${args.role}-identity.iso`;
    return new IdentityDisk(
      `${name}-identity`,
      { fileName, pool: args.disks.pool, userData: pulumi.secret(userData), metaData },
      { parent: this },
    );
  }

  private domain(
    name: string,
    args: BuiltMachineArgs,
    root: libvirt.Volume,
    identity: IdentityDisk,
  ): libvirt.Domain {
    const { role, platform } = args;
    const { kernel, initrd, cmdline } = args.disks.of(args.release);
    const number = args.place.toString(16);
    const booted = kernel !== undefined;
    const kvm = platform.acceleration === "kvm";
    return new libvirt.Domain(
      name,
      {
        name: `${platform.prefix}${role}`,
        // The provider's default is kvm, which a machine without a working KVM only pretends to have.
        type: kvm ? "kvm" : "qemu",
        machine: "q35",
        // As it will be read back: another mode than the machine has would make it again each time.
        cpu: { mode: args.processor.model !== "" ? "custom" : kvm ? "host-passthrough" : "maximum" },
        vcpu: args.vcpus,
        memory: args.memoryMiB,
        kernel,
        initrd,
        cmdlines: booted ? kernelArguments(cmdline, args) : undefined,
        // As a plain virtio disk the identity needs neither an IDE nor a SCSI controller.
        disks: [{ volumeId: root.id }, { volumeId: identity.volumeId }],
        networkInterfaces: [
          {
            networkId: args.network.id,
            mac: platform.isolated ? `52:54:00:77:00:0${number}` : undefined,
            ...(booted ? {} : { addresses: [args.address.split("/")[0] ?? ""], waitForLease: true }),
          },
        ],
        consoles: [{ type: "pty", targetType: "serial", targetPort: "0" }],
        xml: {
          xslt: render("machine/domain.xsl", {
            uuid: platform.isolated ? `4b564d4c-6162-4000-8000-00000000000${number}` : "",
            isolated: platform.isolated,
            cpuModel: args.processor.model,
            withoutNx: args.processor.withoutNx,
          }),
        },
      },
      // The provider cannot change these in place, and does not say so.
      { parent: this, replaceOnChanges: ["cpu", "machine", "type"], deleteBeforeReplace },
    );
  }
}

/** The kernel's arguments as the provider takes them: one entry a name, and the bare words under `_`. */
export function kernelArguments(
  cmdline: string,
  args: { readonly address: string; readonly gateway: string },
): Record<string, string>[] {
  const words = `${cmdline} lab.address=${args.address} lab.gateway=${args.gateway}`.split(" ");
  const named = words.filter((word) => word.includes("="));
  const bare = words.filter((word) => !word.includes("="));
  const entries = named.map((word): [string, string] => {
    const [name = "", ...value] = word.split("=");
    return [name, value.join("=")];
  });
  return [Object.fromEntries(entries), { _: bare.join(" ") }];
}
