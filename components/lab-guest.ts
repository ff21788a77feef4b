import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { GuestFiles } from "../machines/images";
import { Guest } from "../provider/sdk/guest";
import type { PlannedGuest } from "../stacks/topology/planned-guests";
import type { Topology } from "../stacks/topology/topology";
import { type GuestAcceleration, guestDefinition, guestFolder, probePort } from "./guest-definition";
import type { KvmHost } from "./kvm-host";
import type { NfsServer } from "./nfs-server";
import { commandConnection, remoteScript } from "./remote-script";

export interface LabGuestArgs {
  readonly topology: Topology;
  readonly guest: PlannedGuest;
  /** The archive with its kernel, initrd and disk, and the key that names its content. */
  readonly image: GuestFiles;
  /** Names the guest's files that are on the share from the start, in a lab that goes on from a kept memory. */
  readonly onShare: string | undefined;
  readonly share: NfsServer;
  /** All that it can run on. */
  readonly hosts: readonly KvmHost[];
}

/** A guest of the lab: its files on the share, its definition, and the running domain. */
export class LabGuest extends pulumi.ComponentResource {
  readonly name: string;
  readonly plan: PlannedGuest;
  /** The host that it is installed on. */
  readonly first: KvmHost;
  readonly guest: Guest;
  readonly address: string;
  /** What it is run by. */
  readonly acceleration: pulumi.Output<GuestAcceleration>;

  constructor(name: string, args: LabGuestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:LabGuest", name, {}, opts);
    const { topology, guest, image, share, hosts } = args;
    const first = hosts.find(({ machine }) => machine.role === guest.startsOn);
    if (first === undefined) throw new Error(`${guest.startsOn} is no host`);
    this.name = guest.name;
    this.plan = guest;
    this.first = first;
    this.address = guest.address.split("/")[0] ?? guest.address;
    this.acceleration =
      guest.acceleration === "auto" ? first.runsGuestsBy : pulumi.output(guest.acceleration);
    const files = this.putOnShare(name, args);
    this.guest = new Guest(
      name,
      {
        name: guest.name,
        definition: this.acceleration.apply((by) => guestDefinition(topology, guest, by)),
        ...(image.memory === undefined ? {} : { memory: `${guestFolder(topology, guest)}/${image.memory}` }),
        hosts: hosts.map(({ machine }) => machine.connection),
        startOn: first.machine.role,
        // The lab's template gives it, on hosts that run nothing but the lab.
        ownsUuid: true,
        observer: share.machine.connection,
        probe: { address: this.address, port: probePort },
      },
      {
        parent: this,
        // Not the others: the guest boots while they are still being made.
        dependsOn: [files, first.ready],
        // It ends with the host that it is on, and with its disk: then it is made again, the old one gone before.
        replaceWith: [share.machine, ...hosts.map(({ machine }) => machine)].map(({ resource }) => resource),
        deleteBeforeReplace: true,
      },
    );
    this.registerOutputs({});
  }

  private putOnShare(name: string, args: LabGuestArgs): pulumi.Resource {
    const { key } = args.image;
    // Of its own: it is removed once it is unpacked.
    const remotePath = `/var/tmp/${args.guest.name}-${key}.tar.gz`;
    // Carrying them to an emulated server takes seconds: not where it would throw them away.
    const copied = key === args.onShare ? [] : [this.copied(name, args, remotePath)];
    return remoteScript(
      `${name}-on-share`,
      args.share.machine,
      "guest/put-on-share.sh",
      [remotePath, `${args.share.path}/${args.guest.name}`, key],
      { parent: this, dependsOn: copied },
    );
  }

  private copied(name: string, args: LabGuestArgs, remotePath: string): pulumi.Resource {
    const { machine } = args.share;
    return new remote.CopyToRemote(
      `${name}-files`,
      {
        connection: commandConnection(machine.connection),
        source: new pulumi.asset.FileAsset(args.image.bundle),
        remotePath,
        triggers: [args.image.key],
      },
      { parent: this, dependsOn: machine.resource, replaceWith: [machine.resource] },
    );
  }
}
