import * as pulumi from "@pulumi/pulumi";
import type { GlusterfsPlan } from "../../stacks/topology/storage";
import { render } from "../../templates/render";
import type { Machine } from "../machine";
import { remoteScript } from "../remote-script";
import { archivePath, guestArchive } from "./guest-archive";
import type { GuestPut, GuestToPut, HostScript, SharedStorage } from "./shared-storage";
import { uuidFor } from "./uuid-for";

export interface GlusterfsArgs {
  readonly machine: Machine;
  readonly plan: GlusterfsPlan;
  /** Those that have a brick; `machine` is one of them. */
  readonly brickServers: readonly Machine[];
  /** Whether they are machines that somebody has, whose files of the package stay as they are. */
  readonly existing: boolean;
}

/** The shared storage: a GlusterFS volume that several servers keep a copy each of, and every host mounts. */
export class Glusterfs extends pulumi.ComponentResource implements SharedStorage {
  readonly machine: Machine;
  readonly served: pulumi.Resource;
  readonly #plan: GlusterfsPlan;

  constructor(name: string, args: GlusterfsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:GlusterfsVolume", name, {}, opts);
    const { machine, plan, brickServers, existing } = args;
    const { volume, bricks, brickFolder } = plan;
    this.machine = machine;
    this.#plan = plan;
    const pool = brickServers.map((server) => {
      const own = pulumi.output(server.address).apply(poolUuid);
      const others = bricks.filter((brick) => brick.name !== server.role);
      const known = others.flatMap(({ address }) => [poolUuid(address), address]);
      return remoteScript(
        `${name}-pool-${server.role}`,
        server,
        "glusterfs/join-pool.sh",
        [own, brickFolder, existing ? "existing" : "built", ...known],
        { parent: this },
      );
    });
    const addresses = bricks.map(({ address }) => address);
    // A network of somebody's has others on it. The storage server mounts it by the name localhost, too.
    const allowed = existing ? [...addresses, "127.0.0.1"].join(",") : "";
    this.served = remoteScript(
      name,
      machine,
      "glusterfs/make-volume.sh",
      [volume, brickFolder, allowed, ...addresses],
      { parent: this, dependsOn: pool },
    );
    this.registerOutputs({});
  }

  /** Mounts the volume. Any of the servers tells a host which bricks there are. */
  hostScript({ role }: Machine, bridge: string): HostScript {
    const { volume, bricks, brickFolder, mountPoint } = this.#plan;
    const [first, ...others] = bricks.map(({ address }) => address);
    const server = first ?? "";
    const line = render("glusterfs/fstab", { server, volume, mountPoint, backups: others.join(":") });
    const brick = bricks.some(({ name }) => name === role) ? brickFolder : "";
    return {
      template: "glusterfs/mount-volume.sh",
      args: [line.trimEnd(), mountPoint, `${server}:/${volume}`, bridge, brick],
      undo: { template: "existing/no-share.sh", args: [mountPoint] },
    };
  }

  /** On the volume every host has them. */
  putGuest(name: string, { guest, image, keptOn }: GuestToPut, parent: pulumi.Resource): GuestPut {
    const { machine, served } = this;
    const { volume, brickFolder } = this.#plan;
    const copied = guestArchive(`${name}-files`, machine, guest, image, keptOn(machine.role), parent);
    const put = remoteScript(
      `${name}-on-volume`,
      machine,
      "guest/put-on-volume.sh",
      [archivePath(guest, image), guest, image.key, volume, brickFolder],
      { parent, dependsOn: [...copied, served] },
    );
    return { toStart: [put], toMove: [] };
  }
}

/** The identity in the pool of the server at an address: the same again for one that is built again, so that the others know it. */
export function poolUuid(address: string): string {
  return uuidFor(`kvm-migration-lab pool ${address}`);
}
