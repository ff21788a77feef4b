import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Guest } from "../provider/sdk/guest";
import type { GuestFiles } from "../toolchain/images";
import {
  type GuestAcceleration,
  type GuestSettings,
  guestDefinition,
  guestFolder,
  probePort,
} from "./guest-definition";
import type { KvmHost } from "./kvm-host";
import type { Machine } from "./machine";
import type { NfsServer } from "./nfs-server";
import { commandConnection, remoteScript } from "./remote-script";

export interface LabGuestArgs {
  readonly guest: GuestSettings;
  /** The archive with its kernel, initrd and disk, and the key that names its content. */
  readonly image: GuestFiles;
  /** Names the guest's files that are on the share from the start, in a lab that goes on from a kept memory. */
  readonly onShare: string | undefined;
  readonly nfs: Machine;
  readonly share: NfsServer;
  readonly source: KvmHost;
  readonly target: KvmHost;
}

/** The lab's guest: its files on the share, its definition, and the running domain, first on source. */
export class LabGuest extends pulumi.ComponentResource {
  readonly guest: Guest;
  readonly address: string;
  /** What it is run by. */
  readonly acceleration: pulumi.Output<GuestAcceleration>;

  constructor(name: string, args: LabGuestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:LabGuest", name, {}, opts);
    const { guest, image } = args;
    this.address = guest.address.split("/")[0] ?? guest.address;
    this.acceleration =
      guest.acceleration === "auto" ? args.source.runsGuestsBy : pulumi.output(guest.acceleration);
    const files = this.putOnShare(name, args);
    this.guest = new Guest(
      name,
      {
        name: guest.name,
        definition: this.acceleration.apply((by) => guestDefinition(guest, by)),
        ...(image.memory === undefined ? {} : { memory: `${guestFolder(guest)}/${image.memory}` }),
        hosts: [args.source.machine.connection, args.target.machine.connection],
        startOn: args.source.machine.role,
        // The lab's template gives it, on hosts that run nothing but the lab.
        ownsUuid: true,
        observer: args.nfs.connection,
        probe: { address: this.address, port: probePort },
      },
      {
        parent: this,
        // Not target: the guest boots while target is still being made.
        dependsOn: [files, args.source.ready],
        // It ends with the host that it is on, and with its disk: then it is made again, the old one gone before.
        replaceWith: [args.nfs, args.source.machine, args.target.machine].map(({ resource }) => resource),
        deleteBeforeReplace: true,
      },
    );
    this.registerOutputs({});
  }

  private putOnShare(name: string, args: LabGuestArgs): pulumi.Resource {
    const { key } = args.image;
    const remotePath = `/var/tmp/guest-${key}.tar.gz`;
    // Carrying them to an emulated server takes seconds: not where it would throw them away.
    const copied = key === args.onShare ? [] : [this.copied(name, args, remotePath)];
    return remoteScript(
      `${name}-on-share`,
      args.nfs,
      "guest/put-on-share.sh",
      [remotePath, `${args.share.path}/${args.guest.name}`, key],
      { parent: this, dependsOn: copied },
    );
  }

  private copied(name: string, args: LabGuestArgs, remotePath: string): pulumi.Resource {
    return new remote.CopyToRemote(
      `${name}-files`,
      {
        connection: commandConnection(args.nfs.connection),
        source: new pulumi.asset.FileAsset(args.image.bundle),
        remotePath,
        triggers: [args.image.key],
      },
      { parent: this, dependsOn: args.nfs.resource, replaceWith: [args.nfs.resource] },
    );
  }
}
