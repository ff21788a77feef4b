import type * as pulumi from "@pulumi/pulumi";
import type { HostConnection } from "../host/host-connection";

/** How a program names a host: each part may still be an output. The private key and the passphrase become secrets by themselves. */
export type HostConnectionInput = {
  readonly [Key in keyof HostConnection]: pulumi.Input<NonNullable<HostConnection[Key]>>;
};

/** Where the probe inside a guest answers, as the observer reaches it. */
export interface ProbeEndpointInput {
  readonly address: pulumi.Input<string>;
  /** TCP port. For example 7000. */
  readonly port: pulumi.Input<number>;
}
