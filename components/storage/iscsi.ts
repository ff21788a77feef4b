import * as pulumi from "@pulumi/pulumi";
import { RandomSecret } from "kvmlab-provider/sdk/random-secret";
import type { PlannedGuest } from "../../stacks/topology/planned-guests";
import { guestPlaces, type IscsiPlan, initiatorOf, lunOf } from "../../stacks/topology/storage";
import type { Machine } from "../machine";
import { remoteScript } from "../remote-script";
import { archivePath, guestArchive } from "./guest-archive";
import type { GuestPut, GuestToPut, HostScript, SharedStorage } from "./shared-storage";
import { uuidFor } from "./uuid-for";

export interface IscsiArgs {
  readonly machine: Machine;
  readonly plan: IscsiPlan;
  /** The guests whose disks the LUNs are. */
  readonly guests: readonly Pick<PlannedGuest, "name" | "address">[];
  /** Of each. */
  readonly lunBytes: number;
  /** The only ones that may log in, each by a secret of its own. */
  readonly initiators: readonly Machine[];
}

/** Every initiator and target takes a CHAP secret of this length. */
const chapLength = 16;

/** The shared storage: an iSCSI target that every host logs in to, with a LUN for each guest's disk. */
export class Iscsi extends pulumi.ComponentResource implements SharedStorage {
  readonly machine: Machine;
  readonly served: pulumi.Resource;
  readonly #plan: IscsiPlan;
  readonly #devices: readonly string[];
  readonly #secrets: ReadonlyMap<string, RandomSecret>;

  constructor(name: string, args: IscsiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:IscsiTarget", name, {}, opts);
    const { machine, plan, guests, lunBytes, initiators } = args;
    const { target, port, portal, lunFolder } = plan;
    this.machine = machine;
    this.#plan = plan;
    this.#devices = guests.map((guest) => guestPlaces(plan, guest).disk.path);
    this.#secrets = new Map(
      initiators.map(({ role }) => [
        role,
        new RandomSecret(`${name}-chap-${role}`, { length: chapLength }, { parent: this }),
      ]),
    );
    const known = initiators.flatMap(({ role }) => [initiatorOf(role), role, this.#secretOf(role)]);
    const luns = guests.flatMap((guest) => [guest.name, String(lunOf(guest)), serialOf(guest.name)]);
    this.served = remoteScript(
      name,
      machine,
      "iscsi/offer-luns.sh",
      [target, portal, String(port), lunFolder, String(lunBytes), String(guests.length), ...luns, ...known],
      {
        parent: this,
        undo: { template: "existing/no-target.sh", args: [target, ...guests.map((guest) => guest.name)] },
      },
    );
    this.registerOutputs({});
  }

  /** Logs in. */
  hostScript({ role }: Machine, bridge: string): HostScript {
    const { target, portal, port } = this.#plan;
    return {
      template: "iscsi/log-in.sh",
      args: [
        ...[target, portal, String(port), initiatorOf(role), role, this.#secretOf(role), bridge],
        ...this.#devices,
      ],
      undo: { template: "existing/no-session.sh" },
    };
  }

  /** The disk is written onto the LUN; kernel and initrd, which are only read, are copied to each host. */
  putGuest(name: string, { guest, image, hosts, keptOn }: GuestToPut, parent: pulumi.Resource): GuestPut {
    const { machine, served } = this;
    const { lunFolder, imagesFolder } = this.#plan;
    const copied = guestArchive(`${name}-files`, machine, guest, image, keptOn(machine.role), parent);
    const onLun = remoteScript(
      `${name}-on-lun`,
      machine,
      "guest/put-on-lun.sh",
      [archivePath(guest, image), `${lunFolder}/${guest}`, image.key],
      { parent, dependsOn: [...copied, served] },
    );
    const [toStart, ...toMove] = hosts.map((host) =>
      remoteScript(
        `${name}-boot-files-${host.role}`,
        host,
        "guest/put-boot-files.sh",
        [archivePath(guest, image), `${imagesFolder}/${guest}`, image.key],
        {
          parent,
          dependsOn: guestArchive(
            `${name}-files-${host.role}`,
            host,
            guest,
            image,
            keptOn(host.role),
            parent,
          ),
        },
      ),
    );
    return { toStart: [onLun, ...(toStart ? [toStart] : [])], toMove };
  }

  #secretOf(role: string): pulumi.Output<string> {
    const secret = this.#secrets.get(role);
    if (secret === undefined) throw new Error(`${role} is no initiator of this target`);
    return secret.value;
  }
}

/** The LUN's serial number: what its identity (wwid) is made of on every host. LIO takes the first 25 digits of it, so no two guests may share those. */
export function serialOf(guest: string): string {
  return uuidFor(`kvm-migration-lab ${guest}`);
}
