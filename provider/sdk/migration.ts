import * as pulumi from "@pulumi/pulumi";
import type { HostConnectionInput, ProbeEndpointInput } from "./inputs";
import type { Figure, Measurement } from "./measurement";
import type { MigrationOptionsArgs } from "./migration-options";

/** How closely a move is looked at from outside. What cannot be measured is reported as missing; it never fails a move. */
export interface MeasureArgs {
  /** Time between two probes of the guest over UDP, in ms. Default 10. The downtime is not known more exactly than this. */
  readonly intervalMs?: pulumi.Input<number>;
  /** Time between two ICMP echoes beside them, in ms: whether the guest's network is back before its service is. Default 50; 0 sends none. */
  readonly pingIntervalMs?: pulumi.Input<number>;
  /** For how long the guest is watched before the move begins, in seconds: what is usual. Default 5. The move waits for it. */
  readonly beforeSeconds?: pulumi.Input<number>;
  /** For how long it is watched after the proofs, in seconds. Default 5. */
  readonly afterSeconds?: pulumi.Input<number>;
  /** The workload: requests over one TCP connection, one after the other, so many a second at most. Default 20; 0 makes none. */
  readonly requestsPerSecond?: pulumi.Input<number>;
  /**
   * Whether the same workload runs against a small service on the host that the guest moves to, which is started there for
   * that time: what the move does to its neighbours. It needs perl-base there, and the observer to reach it. Default true.
   */
  readonly neighbour?: pulumi.Input<boolean>;
  /** Lets the guest write to its memory from before the move until after it, in MiB/s. Default 0. */
  readonly memoryWritesMiBps?: pulumi.Input<number>;
  /** Lets the guest write to its disk and sync it, in KiB/s. Default 0. */
  readonly diskWritesKiBps?: pulumi.Input<number>;
  /**
   * Where all samples of the last move are written, as lines of JSON, on the machine that runs Pulumi; an older file is replaced.
   * Default none: only the figures are kept. docs/concepts/measuring.md says what the lines mean.
   */
  readonly file?: pulumi.Input<string>;
}

export interface MigrationArgs {
  /** The guest's (domain's) name or UUID. By its UUID it is found again whatever it is called (`options.newName`). */
  readonly guest: pulumi.Input<string>;
  /** The hosts that the guest may run on. Each resolves the others' `name`, and logs in there by SSH without a prompt. */
  readonly hosts: pulumi.Input<pulumi.Input<HostConnectionInput>[]>;
  /**
   * Name of the host where the guest should run. The same place again is no change. Default none: the first `up` takes the host with
   * the most free memory, other than the one that has it (KVM-617 when it fits nowhere); afterwards it stays where it is.
   */
  readonly to?: pulumi.Input<string>;
  /** Whose network reaches the guest: its probe is asked from there. */
  readonly observer?: pulumi.Input<HostConnectionInput>;
  /** The probe service inside the guest. Without it QEMU's guest agent is asked for the proofs that it can give, if the guest has one. */
  readonly probe?: pulumi.Input<ProbeEndpointInput>;
  /** What `destroy` does: leave the guest where it is (default), or return it to where this resource found it first. */
  readonly onDelete?: pulumi.Input<"leave" | "return">;
  /** How long a move may take, in seconds, before it is aborted and the guest stays where it was. Default 600. */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** How it is moved. Default: live, with nothing limited: `virsh migrate --live --persistent --undefinesource`. */
  readonly options?: pulumi.Input<MigrationOptionsArgs>;
  /**
   * How many moves may leave a host at once. Default 2. Further ones wait, for `timeoutSeconds` at most, then KVM-615. Moves that
   * others make are counted too, as libvirt shows them.
   */
  readonly maxOutgoing?: pulumi.Input<number>;
  /**
   * Codes of rules that should not stop a move, `["KVM-636"]`, where that is safe: docs/concepts/preflight.md says which may be
   * waived; any other is an error in preview. Those that took effect are in `waived`. Default: none.
   */
  readonly waive?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Measures each move by three figures (total time, downtime, impact on service), as the `observer` sees the guest's `probe`: into `measurement`. `{}` takes the
   * defaults. The observer needs nothing but Debian's perl-base. Default: nothing is measured.
   */
  readonly measure?: pulumi.Input<MeasureArgs>;
}

/** One thing that must be true after a move, and whether it was seen to be. */
export interface Proof {
  /** What is proved, as a stable word: `same-uuid`, `same-boot`, `counter-continuous` … */
  readonly name: string;
  /** `unproved` is not a weak yes: it says that nothing was there to look at, and `facts` says why. */
  readonly verdict: "proved" | "failed" | "unproved";
  /** What was looked at, with the values. */
  readonly facts: string;
}

/** A rule of preflight that spoke against the move, and was waived. */
export interface Waived {
  /** `KVM-636` … */
  readonly code: string;
  /** What the rule found. */
  readonly found: string;
}

/** What is known of a guest's last move: the outputs of the same names say what each is. */
export type LastMove = {
  readonly totalTimeMs: number;
  readonly jobTimeMs: number;
  readonly downtimeMs: number;
  readonly dataMovedMiB: number;
  readonly proofs: readonly Proof[];
  readonly waived: readonly Waived[];
  readonly command: string;
  readonly migratedAt: string;
};

/** Where a guest should run. Creating and updating it move the guest there live, and prove that the same one arrived. */
export class Migration extends pulumi.CustomResource {
  declare readonly guest: pulumi.Output<string>;
  /** Name of the host that runs the guest now. */
  declare readonly runningOn: pulumi.Output<string>;
  /** What the guest is called there. */
  declare readonly guestName: pulumi.Output<string>;
  /** Its UUID: by it the guest is known from the first look on, whatever it is called. */
  declare readonly guestUuid: pulumi.Output<string>;
  /** What of a move was not at its end when a refresh looked (`moving`, `post-copy broken`, `autostart` …): the next `up` completes it. Undefined: nothing. */
  declare readonly unfinished: pulumi.Output<string | undefined>;
  /** Whether the last create or update moved the guest; false when it already was where it should be. */
  declare readonly moved: pulumi.Output<boolean>;
  /** Where the last move came from; empty before the first one. */
  declare readonly from: pulumi.Output<string>;
  /** From the start of the operation until the guest's arrival was seen, in ms, on a monotonic clock. 0 before the first move. */
  declare readonly totalTimeMs: pulumi.Output<number>;
  /** libvirt's own figure for its job, in ms. */
  declare readonly jobTimeMs: pulumi.Output<number>;
  /** libvirt's own figure for how long the guest ran nowhere, in ms. */
  declare readonly downtimeMs: pulumi.Output<number>;
  /** Data that the job moved, in MiB. */
  declare readonly dataMovedMiB: pulumi.Output<number>;
  declare readonly proofs: pulumi.Output<Proof[]>;
  /** What spoke against the last move and was waived; empty when nothing was. */
  declare readonly waived: pulumi.Output<Waived[]>;
  /** The command that moved it, as it can be repeated by hand on the source. */
  declare readonly command: pulumi.Output<string>;
  /** When the last move ended, ISO 8601; empty before the first one. */
  declare readonly migratedAt: pulumi.Output<string>;
  /** The last move's three figures; `{ missing }` with the reason when it was not measured. */
  declare readonly measurement: pulumi.Output<Figure<Measurement>>;

  constructor(name: string, args: MigrationArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = {
      runningOn: undefined,
      guestName: undefined,
      guestUuid: undefined,
      unfinished: undefined,
      moved: undefined,
      from: undefined,
      totalTimeMs: undefined,
      jobTimeMs: undefined,
      downtimeMs: undefined,
      dataMovedMiB: undefined,
      proofs: undefined,
      waived: undefined,
      command: undefined,
      migratedAt: undefined,
      measurement: undefined,
    };
    super("kvmlab:index:Migration", name, { ...args, ...outputs }, opts);
  }
}
