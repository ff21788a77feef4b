import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import ipaddr from "ipaddr.js";
import { Guest } from "../provider/sdk/guest";
import { render } from "../templates/render";
import { imagesFolder, type KvmHost } from "./kvm-host";
import type { Machine } from "./machine";
import type { NfsServer } from "./nfs-server";
import { commandConnection, remoteScript } from "./remote-script";

/** Port of the probe inside the lab's guest. */
export const probePort = 7000;

/** QEMU before 9.0 tracks the writes of an emulated guest only where memory is no multiple of 256 KiB (docs/decisions/0006). */
const oddKiB = 8;

export interface LabGuestArgs {
  readonly name: string;
  readonly memoryMiB: number;
  /** Its address with the network's prefix. */
  readonly address: string;
  readonly acceleration: "kvm" | "tcg";
  readonly bridge: string;
  /** The archive with its kernel, initrd and disk, and the key that names its content. */
  readonly image: { readonly bundle: string; readonly key: string };
  readonly nfs: Machine;
  readonly share: NfsServer;
  readonly source: KvmHost;
  readonly target: KvmHost;
}

/** The lab's guest: its files on the share, its definition, and the running domain, first on source. */
export class LabGuest extends pulumi.ComponentResource {
  readonly guest: Guest;
  readonly address: string;

  constructor(name: string, args: LabGuestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:LabGuest", name, {}, opts);
    this.address = args.address.split("/")[0] ?? args.address;
    const files = this.putOnShare(name, args);
    this.guest = new Guest(
      name,
      {
        name: args.name,
        definition: definition(args),
        hosts: [args.source.machine.connection, args.target.machine.connection],
        startOn: args.source.machine.role,
        observer: args.nfs.connection,
        probe: { address: this.address, port: probePort },
      },
      {
        parent: this,
        // Not target: the guest boots while target is still being made.
        dependsOn: [files, args.source.ready],
        // It ends with the host that it is on, and with its disk: then it is made anew, the old one gone before.
        replaceWith: [args.nfs, args.source.machine, args.target.machine].map(({ resource }) => resource),
        deleteBeforeReplace: true,
      },
    );
    this.registerOutputs({});
  }

  private putOnShare(name: string, args: LabGuestArgs): pulumi.Resource {
    const remotePath = `/var/tmp/guest-${args.image.key}.tar.gz`;
    const copied = new remote.CopyToRemote(
      `${name}-files`,
      {
        connection: commandConnection(args.nfs.connection),
        source: new pulumi.asset.FileAsset(args.image.bundle),
        remotePath,
        triggers: [args.image.key],
      },
      { parent: this, dependsOn: args.nfs.resource, replaceWith: [args.nfs.resource] },
    );
    return remoteScript(
      `${name}-on-share`,
      args.nfs,
      "guest/put-on-share.sh",
      [remotePath, `${args.share.path}/${args.name}`, args.image.key],
      { parent: this, dependsOn: [copied] },
    );
  }
}

function definition(args: LabGuestArgs): string {
  const kvm = args.acceleration === "kvm";
  return render("guest/domain.xml", {
    type: kvm ? "kvm" : "qemu",
    emulated: !kvm,
    cpuMode: kvm ? "host-model" : "maximum",
    name: args.name,
    memoryMiB: args.memoryMiB,
    ramKiB: args.memoryMiB * 1024 + oddKiB,
    folder: `${imagesFolder}/${args.name}`,
    cmdline: render("guest/cmdline", { address: args.address, name: args.name }).trimEnd(),
    mac: macOf(args.address),
    bridge: args.bridge,
  });
}

/** QEMU's prefix and the end of the address: no two guests of one network have the same. */
export function macOf(address: string): string {
  const [, ...end] = ipaddr.IPv4.parseCIDR(address)[0].toByteArray();
  return ["52", "54", "00", ...end.map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
