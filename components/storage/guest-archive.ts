import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { GuestFiles } from "../../machines/images";
import type { Machine } from "../machine";
import { commandConnection } from "../remote-script";

/** Where a server gets a guest's archive to. Each guest has its own: it is removed once it is unpacked. */
export function archivePath(guest: string, { key }: GuestFiles): string {
  return `/var/tmp/${guest}-${key}.tar.gz`;
}

/** Copies the guest's archive to a server. Where the server has its content from the start nothing is copied: to an emulated one that takes seconds. */
export function guestArchive(
  name: string,
  machine: Machine,
  guest: string,
  image: GuestFiles,
  kept: string | undefined,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  if (image.key === kept) return [];
  return [
    new remote.CopyToRemote(
      name,
      {
        connection: commandConnection(machine.connection),
        source: new pulumi.asset.FileAsset(image.bundle),
        remotePath: archivePath(guest, image),
        triggers: [image.key],
      },
      { parent, dependsOn: machine.resource, replaceWith: [machine.resource] },
    ),
  ];
}
