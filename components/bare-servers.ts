import * as pulumi from "@pulumi/pulumi";
import type { GuestFiles } from "../machines/images";
import { folderToInstall } from "../stacks/topology/planned-guests";
import type { Topology } from "../stacks/topology/topology";
import { render } from "../templates/render";
import { type GuestAcceleration, guestDefinition } from "./guest-definition";
import type { Machine } from "./machine";
import { remoteScript } from "./remote-script";
import { archivePath, guestArchive } from "./storage/guest-archive";

export interface BareServersArgs {
  readonly topology: Topology;
  readonly machines: readonly Machine[];
  /** The archive with the guests' kernel, initrd and disk. */
  readonly image: GuestFiles;
  /** Which guest's files a server has from the start, in a lab that goes on from a kept memory. */
  readonly keptOn: (server: string, guest: string) => string | undefined;
}

/** Names a guest's files where they wait to be installed: they are not on the share. */
export function bareKey({ key }: Pick<GuestFiles, "key">): string {
  return `bare-${key}`;
}

/** The servers of a lab that is set up by hand: each is as its packages would have it, and has the files of the guests that are to be installed on it. */
export class BareServers extends pulumi.ComponentResource {
  constructor(name: string, args: BareServersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:BareServers", name, {}, opts);
    const parent = { parent: this };
    const { storage, names } = args.topology;
    const nameServer = names.kind === "dns" ? names.server : undefined;
    for (const machine of args.machines) {
      const script = `${name}-${machine.role}`;
      if (machine.role === storage.server) {
        const unit = machine.role === nameServer ? render("nfs/dnsmasq.service").trimEnd() : "";
        remoteScript(script, machine, "nfs/as-installed.sh", [storage.kind, unit], parent);
        continue;
      }
      const loaded = remoteScript(script, machine, "host/as-installed.sh", [storage.kind], parent);
      const runsBy = loaded.stdout.apply((told): GuestAcceleration => (/^kvm$/m.test(told) ? "kvm" : "tcg"));
      this.putGuests(args, machine, runsBy);
    }
    this.registerOutputs({});
  }

  private putGuests(
    { topology, image, keptOn }: BareServersArgs,
    machine: Machine,
    runsBy: pulumi.Output<GuestAcceleration>,
  ): void {
    for (const guest of topology.guests.filter(({ startsOn }) => startsOn === machine.role)) {
      const name = `${guest.name}-to-install`;
      const kept = keptOn(machine.role, guest.name) === bareKey(image) ? image.key : undefined;
      const copied = guestArchive(name, machine, guest.name, image, kept, this);
      const definition = runsBy.apply((by) =>
        guestDefinition(topology, guest, guest.acceleration === "auto" ? by : guest.acceleration),
      );
      remoteScript(
        `${name}-files`,
        machine,
        "guest/put-to-install.sh",
        [archivePath(guest.name, image), folderToInstall(guest), image.key, definition],
        { parent: this, dependsOn: copied },
      );
    }
  }
}
