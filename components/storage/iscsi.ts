import * as pulumi from "@pulumi/pulumi";
import { RandomSecret } from "kvmlab-provider/sdk/random-secret";
import { deviceOf, type IscsiPlan, initiatorOf } from "../../stacks/topology/storage";
import type { Machine } from "../machine";
import { remoteScript } from "../remote-script";
import { archivePath, guestArchive } from "./guest-archive";
import type { GuestPut, GuestToPut, HostScript, SharedStorage } from "./shared-storage";
import { uuidFor } from "./uuid-for";

export interface IscsiArgs {
  readonly machine: Machine;
  readonly plan: IscsiPlan;
  /** The guest whose disk the LUN is. */
  readonly guest: string;
  readonly lunBytes: number;
  /** The only ones that may log in, each by a secret of its own. */
  readonly initiators: readonly Machine[];
}

/** Every initiator and target takes a CHAP secret of this length. */
const chapLength = 16;

/** The shared storage: an iSCSI target with one LUN, the guest's disk, that every host logs in to. */
export class Iscsi extends pulumi.ComponentResource implements SharedStorage {
  readonly machine: Machine;
  readonly served: pulumi.Resource;
  readonly #plan: IscsiPlan;
  readonly #secrets: ReadonlyMap<string, RandomSecret>;

  constructor(name: string, args: IscsiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:IscsiTarget", name, {}, opts);
    const { machine, plan, guest, lunBytes, initiators } = args;
    const { target, port, portal, lunFolder } = plan;
    this.machine = machine;
    this.#plan = plan;
    this.#secrets = new Map(
      initiators.map(({ role }) => [
        role,
        new RandomSecret(`${name}-chap-${role}`, { length: chapLength }, { parent: this }),
      ]),
    );
    const known = initiators.flatMap(({ role }) => [initiatorOf(role), role, this.#secretOf(role)]);
    const lun = [guest, `${lunFolder}/${guest}/disk.raw`, String(lunBytes), serialOf(guest)];
    this.served = remoteScript(
      name,
      machine,
      "iscsi/offer-lun.sh",
      [target, portal, String(port), ...lun, ...known],
      { parent: this },
    );
    this.registerOutputs({});
  }

  /** Logs in. */
  hostScript({ role }: Machine, bridge: string): HostScript {
    const { target, portal, port } = this.#plan;
    return {
      template: "iscsi/log-in.sh",
      args: [
        ...[target, portal, String(port), deviceOf(this.#plan)],
        ...[initiatorOf(role), role, this.#secretOf(role), bridge],
      ],
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
