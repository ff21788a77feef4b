import * as pulumi from "@pulumi/pulumi";
import type { HostConnectionInput, ProbeEndpointInput } from "./inputs";

export interface GuestArgs {
  /** The domain's name; the definition carries the same one. */
  readonly name: pulumi.Input<string>;
  /**
   * libvirt's domain XML. A change makes the guest again: it is destroyed and started with the new definition. With the `<uuid>` of a domain that
   * is there already it takes that one over, if name, memory, processors, disks and networks agree; else KVM-509, and nothing is touched.
   */
  readonly definition: pulumi.Input<string>;
  /** All hosts that the guest may be on. It is looked for on each of them, and only ever runs on one. */
  readonly hosts: pulumi.Input<pulumi.Input<HostConnectionInput>[]>;
  /** Name of the host where it is started when it is nowhere yet. A later change does nothing: moving is Migration's. */
  readonly startOn: pulumi.Input<string>;
  /** Whose network reaches the guest: the probe is asked from there. Without it nothing waits for the guest's answer. */
  readonly observer?: pulumi.Input<HostConnectionInput>;
  /** The probe service inside the guest. */
  readonly probe?: pulumi.Input<ProbeEndpointInput>;
  /**
   * Whether nobody but this program ever gives the UUID in `definition`: then a domain that has it is this resource's own, and not one to be taken
   * over. For hosts that are the program's own. Default false; a UUID that is left out is made by this resource and always its own.
   */
  readonly ownsUuid?: pulumi.Input<boolean>;
  /** How long its first answer may take, in seconds. Default 300. */
  readonly readyTimeoutSeconds?: pulumi.Input<number>;
}

/** A guest (libvirt domain) that belongs to a group of hosts, wherever among them it runs now. */
export class Guest extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  /** libvirt's UUID of the domain. */
  declare readonly uuid: pulumi.Output<string>;
  /** Name of the host that has it. */
  declare readonly runningOn: pulumi.Output<string>;
  /** libvirt's word for its state: `running`, `paused`, `shut off` …; `half lost` when a post-copy's other half went with its host. */
  declare readonly state: pulumi.Output<string>;
  /**
   * Whether the domain was there before this resource (its UUID is in `definition`): it was taken over because its definition agreed, and `destroy` leaves
   * it as it is. A domain that this resource made is destroyed and undefined, and what goes with it is written to the log before.
   */
  declare readonly takenOver: pulumi.Output<boolean>;
  /** The definition as libvirt keeps it, as it was last seen: what `destroy` undefines. */
  declare readonly xml: pulumi.Output<string>;

  constructor(name: string, args: GuestArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "kvmlab:index:Guest",
      name,
      {
        ...args,
        uuid: undefined,
        runningOn: undefined,
        state: undefined,
        takenOver: undefined,
        xml: undefined,
      },
      opts,
    );
  }
}
