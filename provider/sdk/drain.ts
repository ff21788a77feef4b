import * as pulumi from "@pulumi/pulumi";
import type { HostConnectionInput, ProbeEndpointInput } from "./inputs";
import type { LastMove } from "./migration";
import type { MigrationOptionsArgs } from "./migration-options";

export interface DrainArgs {
  /** Name of the host to empty. Another one makes the drain again: first the guests go home to the old one (`onDelete`). */
  readonly host: pulumi.Input<string>;
  /**
   * The hosts that the guests may run on, the one to empty among them. Each resolves the others' `name`, and logs in there by SSH
   * without a prompt.
   */
  readonly hosts: pulumi.Input<pulumi.Input<HostConnectionInput>[]>;
  /**
   * Name of the one host that all guests go to. Default none: each goes to the host with the most free memory, the largest guest
   * first, and 64 MiB are left to the host. Its memory and 32 MiB for QEMU must fit, else KVM-617. A change counts for guests that
   * are moved from then on.
   */
  readonly to?: pulumi.Input<string>;
  /** Names or UUIDs of the guests that are moved. Default: all that are active on the host, and at each `up` those that came there since. */
  readonly guests?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Groups of guests, by names or UUIDs, of which no two may run on one host, as two servers of one service: none of a group is sent to a host where
   * another one of it is active or goes to. A guest that finds no such host stays (KVM-617). It counts for the way out; at home they may have been together. Default: none.
   */
  readonly antiAffinity?: pulumi.Input<pulumi.Input<pulumi.Input<string>[]>[]>;
  /**
   * Groups of guests, by names or UUIDs, that must share a host: those that leave go to the same one, or to the one where another of them is active already.
   * If they cannot, all of them stay (KVM-617). Default: none.
   */
  readonly affinity?: pulumi.Input<pulumi.Input<pulumi.Input<string>[]>[]>;
  /**
   * When the first move may begin, by the clock of the machine that deploys: a time as `2026-12-01T22:00:00+08:00`. An `up` before it moves nobody and fails
   * (KVM-674); it does not wait. The way home keeps to it, too. Default: at once.
   */
  readonly notBefore?: pulumi.Input<string>;
  /** After this no further move begins; those that go on come to their end, what moved is remembered, and the rest is told (KVM-674). Default: no end. */
  readonly notAfter?: pulumi.Input<string>;
  /** How they are moved, as Migration's, but for the mode `offline`: guests that are shut off stay where they are. Default: live. */
  readonly options?: pulumi.Input<MigrationOptionsArgs>;
  /** Codes of rules that should not stop a move, as Migration's. `KVM-633` also lets a host be planned fuller than it is. Default: none. */
  readonly waive?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * How many moves go on at once. Default 2. Moves that others make out of the same host are counted too, as libvirt shows them. Each
   * takes up to three SSH sessions: with more than 3 raise the hosts' MaxSessions.
   */
  readonly maxOutgoing?: pulumi.Input<number>;
  /**
   * How long one move may take, in seconds, before it is aborted and its guest stays where it was. Default 600. It counts for each guest;
   * all together have no limit, unless `customTimeouts` says one.
   */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** Limits of single guests' moves, by their names or UUIDs (the UUID counts where both are given), in place of those for all. */
  readonly guestLimits?: pulumi.Input<Readonly<Record<string, pulumi.Input<GuestLimitsArgs>>>>;
  /**
   * What `destroy` does with the guests that this resource moved: return each to `host`, if it still runs elsewhere (default), or leave
   * all of them where they are.
   */
  readonly onDelete?: pulumi.Input<"return" | "leave">;
  /** Whose network reaches the guests: their probes are asked from there. */
  readonly observer?: pulumi.Input<HostConnectionInput>;
  /** The probe services inside guests, by the guests' names or UUIDs. Of a guest without one its QEMU guest agent is asked, as by Migration. */
  readonly probes?: pulumi.Input<Readonly<Record<string, pulumi.Input<ProbeEndpointInput>>>>;
}

/** What ends or slows down the move of one guest. What is left out is as for all. */
export interface GuestLimitsArgs {
  /** As the drain's `timeoutSeconds`, in seconds. */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** As the option of this name, in MiB/s. */
  readonly bandwidthMiBps?: pulumi.Input<number>;
  /** As the option of this name, in ms. */
  readonly maxDowntimeMs?: pulumi.Input<number>;
}

/** A guest that was moved off the host. The figures are those of its last move away, as Migration has them; -1 for a move that nobody saw to its end. */
export interface DrainedGuest extends LastMove {
  readonly name: string;
  /** libvirt's UUID of the domain. */
  readonly uuid: string;
  /** Where it was, and goes back to. */
  readonly from: string;
  /** Where it went; after a refresh, where it is active now, and empty when it is nowhere. */
  readonly to: string;
}

/**
 * A host without guests. Creating and updating it move the guests off the host, live; those that it moved it remembers, and deleting it
 * brings them home. The failure of one move does not stop the others, and the next `up` goes on with what is left (KVM-618). Each guest
 * carries where it was taken from in its libvirt metadata, so that a run which is killed after any move loses nothing.
 */
export class Drain extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>;
  /** The guests that this resource moved off the host and still answers for, over all its updates. */
  declare readonly movedGuests: pulumi.Output<DrainedGuest[]>;
  /** Whether none of the guests is active on the host any more, and those that left are whole, as it was last seen. */
  declare readonly drained: pulumi.Output<boolean>;

  constructor(name: string, args: DrainArgs, opts?: pulumi.CustomResourceOptions) {
    super("kvmlab:index:Drain", name, { ...args, movedGuests: undefined, drained: undefined }, opts);
  }
}
