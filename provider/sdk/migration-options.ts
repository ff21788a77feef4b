import type * as pulumi from "@pulumi/pulumi";

/**
 * The ways of moving. Every one may be left out. What libvirt 9.0 or QEMU 7.2 would refuse together is refused in the preview,
 * with the reason: docs/how-to/ways-of-moving.md has the table.
 */
export interface MigrationOptionsArgs {
  /**
   * - `live` (default): pre-copy; the guest runs on while its memory is copied, again and again where it writes.
   * - `paused`: the guest is suspended for the whole copy, and runs again on the target.
   * - `postCopy`: after one pass it goes on at the target, and fetches what is missing from the source. It ends always, but a broken
   *   connection costs the guest (KVM-614).
   * - `hybrid`: pre-copy that turns to post-copy when it does not converge.
   * - `offline`: the definition of a guest that is shut off.
   *
   * A guest that stands still moves by `live` and `paused`, and stands still afterwards. Else KVM-616.
   */
  readonly mode?: pulumi.Input<"live" | "paused" | "postCopy" | "hybrid" | "offline">;
  /**
   * Who carries the move.
   * - `peer-to-peer` (default): libvirtd on the source (`virsh migrate --p2p`), which logs in to the target by SSH as root. The move
   *   goes on whatever becomes of who asked for it: a later `up` follows it, or finds how it ended.
   * - `client`: the virsh that was started for it, for a host whose libvirtd may not log in to the other. The danger: when that virsh,
   *   its SSH connection or this program ends during a post-copy, after the switch, libvirt leaves a half of the guest on the source
   *   and lets nobody but the next `up` clean it up; before the switch the move is lost, and not the guest.
   */
  readonly transport?: pulumi.Input<"peer-to-peer" | "client">;
  /** Most that the copy may take of the network, in MiB/s. Default: libvirt's own, which is no limit. */
  readonly bandwidthMiBps?: pulumi.Input<number>;
  /**
   * For how long the guest may stand still at the end of a pre-copy, in ms, from 1 to 2000000. Default: QEMU's 300. It is set on the
   * source before the move, and stays there if that fails.
   */
  readonly maxDowntimeMs?: pulumi.Input<number>;
  /** Slows the guest's processors down, more and more, while it writes faster than it is copied. `{}` turns it on. Default: off. */
  readonly autoConverge?: pulumi.Input<AutoConvergeArgs>;
  /** Default: none. */
  readonly compression?: pulumi.Input<CompressionArgs>;
  /** Copies over this many connections at once, 1 to 255. Default: over one, without multifd. */
  readonly parallelConnections?: pulumi.Input<number>;
  /** Encrypts the copy with the hosts' own certificates (migrate_tls_x509_cert_dir in qemu.conf). Default false. */
  readonly tls?: pulumi.Input<boolean>;
  /** The copy takes libvirt's own connection, from libvirt to libvirt: no other port is needed. Slower. Default false. */
  readonly tunnelled?: pulumi.Input<boolean>;
  /**
   * Address or name of the target that the copy goes to, `[IPv6]` in brackets, `:PORT` behind it if need be. Default: the target's own
   * host name, as it tells it.
   */
  readonly dataAddress?: pulumi.Input<string>;
  /**
   * Copies disks that the hosts do not share: `all` of each, or `incremental`, what lies above a base image that both have. Never for
   * a guest with a disk on a share: both ends of the copy would be one file. Default `none`.
   */
  readonly copyStorage?: pulumi.Input<"none" | "all" | "incremental">;
  /** Whether the target keeps the definition over a shutdown. Default true. */
  readonly persistent?: pulumi.Input<boolean>;
  /** Whether the source forgets the definition. Default true. */
  readonly undefineSource?: pulumi.Input<boolean>;
  /**
   * What the guest is called on the target: any name that libvirt allows. Only where Migration's `guest` is a UUID, because a guest
   * that is known by its name would be lost under another; for the same reason never for a guest that a Guest resource made, which
   * would make it a second time on the same disk. It counts for the moves: a guest that is where it should be is not renamed. Default:
   * as on the source.
   */
  readonly newName?: pulumi.Input<string>;
  /** What should happen when the move does not come to its end. */
  readonly convergence?: pulumi.Input<ConvergenceArgs>;
  /** Pause before the first look at the running job and between two, in seconds, 1 to 60. Default 2. The policy decides on these looks. */
  readonly progressSeconds?: pulumi.Input<number>;
  /**
   * File on this machine to which one line of JSON is appended for each event of the move: `time`, `guest`, `from`, `to`, `phase`,
   * `percent` and the job's figures. A relative path begins where the provider runs, so give an absolute one. Default: none.
   */
  readonly eventsFile?: pulumi.Input<string>;
}

export interface AutoConvergeArgs {
  /** By how much the guest is slowed down first, in per cent, 1 to 99. Default: QEMU's 20. */
  readonly initialPercent?: pulumi.Input<number>;
  /** By how much more each time that is not enough. Default: QEMU's 10. */
  readonly incrementPercent?: pulumi.Input<number>;
}

export interface CompressionArgs {
  /** `mt` and `xbzrle`, alone or together; or, with `parallelConnections` and libvirt 9.1 on both hosts, `zlib` or `zstd`. */
  readonly methods: pulumi.Input<pulumi.Input<"mt" | "xbzrle" | "zlib" | "zstd">[]>;
  /** 0 (nothing) to 9 (most). Default: QEMU's 1. */
  readonly mtLevel?: pulumi.Input<number>;
  /** Threads that compress on the source, 1 to 255. Default: QEMU's 8. */
  readonly mtThreads?: pulumi.Input<number>;
  /** Threads that unpack on the target, 1 to 255. Default: QEMU's 2. */
  readonly mtDecompressionThreads?: pulumi.Input<number>;
  /** Memory for pages that were sent before, in MiB. Default: QEMU's 64. */
  readonly xbzrleCacheMiB?: pulumi.Input<number>;
  /** 0 to 9. Default: QEMU's 1. */
  readonly zlibLevel?: pulumi.Input<number>;
  /** 0 to 20. Default: QEMU's 1. */
  readonly zstdLevel?: pulumi.Input<number>;
}

/** When a move counts as one that does not converge, and what is done then. Moves of the mode `paused` always converge. */
export interface ConvergenceArgs {
  /**
   * - `abort` (default, but for `hybrid`): the guest goes on where it was, KVM-613.
   * - `pause`: the guest is suspended until it has arrived.
   * - `postCopy` (default for `hybrid`, and only there or with `postCopy`): it goes on at the target at once.
   * - `force`: the downtime that it may take is doubled step by step up to a ceiling; then it is aborted, KVM-613.
   */
  readonly action?: pulumi.Input<"abort" | "pause" | "postCopy" | "force">;
  /** Time for each GiB of memory (and of disks that are copied), in seconds. Default 800, as OpenStack Nova has it. */
  readonly secondsPerGiB?: pulumi.Input<number>;
  /** For how long there may be no less left to copy than ever before, in seconds. Default 150, as KubeVirt has it. */
  readonly noProgressSeconds?: pulumi.Input<number>;
  /** Where `force` ends, in ms. Default 10000. */
  readonly maxDowntimeCeilingMs?: pulumi.Input<number>;
  /** Pause between two steps of `force`, in seconds. Default 10. */
  readonly forceStepSeconds?: pulumi.Input<number>;
}
