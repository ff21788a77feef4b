import * as pulumi from "@pulumi/pulumi";

export interface SshKeyPairArgs {
  /** What stands behind the public key, to tell keys apart: `host key of kvm1`. A change rewrites the comment, not the key. */
  readonly comment: pulumi.Input<string>;
}

/** An ed25519 key pair, made once and kept in the stack's state, the private half encrypted. */
export class SshKeyPair extends pulumi.CustomResource {
  /** One line as authorized_keys and known_hosts take it: `ssh-ed25519 AAAA… comment`. */
  declare readonly publicKey: pulumi.Output<string>;
  /** OpenSSH format, without a passphrase. A secret. */
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: SshKeyPairArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "kvmlab:index:SshKeyPair",
      name,
      { ...args, publicKey: undefined, privateKey: undefined },
      {
        ...opts,
        additionalSecretOutputs: ["privateKey"],
      },
    );
  }
}
