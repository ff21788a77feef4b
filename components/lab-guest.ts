import * as pulumi from "@pulumi/pulumi";
import { Guest } from "kvmlab-provider/sdk/guest";
import type { GuestFiles } from "../machines/images";
import type { PlannedGuest } from "../stacks/topology/planned-guests";
import type { Topology } from "../stacks/topology/topology";
import { type GuestAcceleration, guestDefinition, probePort } from "./guest-definition";
import type { KvmHost } from "./kvm-host";
import type { GuestToPut, SharedStorage } from "./storage/shared-storage";

export interface LabGuestArgs {
  readonly topology: Topology;
  readonly guest: PlannedGuest;
  /** The archive with its kernel, initrd and disk, and the key that names its content. */
  readonly image: GuestFiles;
  /** Which guest's files a server has from the start, in a lab that goes on from a kept memory. */
  readonly keptOn: GuestToPut["keptOn"];
  readonly share: SharedStorage;
  /** All that it can run on. */
  readonly hosts: readonly KvmHost[];
}

/** A guest of the lab: its files on the shared storage, its definition, and the running domain. */
export class LabGuest extends pulumi.ComponentResource {
  readonly name: string;
  readonly plan: PlannedGuest;
  /** The host that it is installed on. */
  readonly first: KvmHost;
  readonly guest: Guest;
  /** What its move to another host has to wait for. */
  readonly toMove: readonly pulumi.Resource[];
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
    const others = hosts.filter((host) => host !== first);
    const machines = [first, ...others].map(({ machine }) => machine);
    const files = share.putGuest(
      name,
      { guest: guest.name, image, hosts: machines, keptOn: args.keptOn },
      this,
    );
    this.toMove = files.toMove;
    this.guest = new Guest(
      name,
      {
        name: guest.name,
        definition: this.acceleration.apply((by) => guestDefinition(topology, guest, by)),
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
        dependsOn: [...files.toStart, first.ready],
        // It ends with the host that it is on, and with its disk: then it is made again, the old one gone before.
        replaceWith: [share.machine, ...hosts.map(({ machine }) => machine)].map(({ resource }) => resource),
        deleteBeforeReplace: true,
      },
    );
    this.registerOutputs({});
  }
}
