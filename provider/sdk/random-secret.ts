import * as pulumi from "@pulumi/pulumi";

export interface RandomSecretArgs {
  /** How many letters and digits, 12 to 64. Another length makes another secret. */
  readonly length: pulumi.Input<number>;
}

/** A text of random letters and digits, made once and kept in the stack's state, encrypted. */
export class RandomSecret extends pulumi.CustomResource {
  /** A secret. */
  declare readonly value: pulumi.Output<string>;

  constructor(name: string, args: RandomSecretArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "kvmlab:index:RandomSecret",
      name,
      { ...args, value: undefined },
      { ...opts, additionalSecretOutputs: ["value"] },
    );
  }
}
