import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "./platform";

export interface NetworkArgs {
  readonly platform: Platform;
  /** The network in CIDR notation; its first address is the hypervisor's. */
  readonly cidr: string;
}

/** The lab's own network on the hypervisor: the three servers, and the guest through their bridges. */
export class Network extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:Network", name, {}, opts);
    const { platform } = args;
    // The lab's own image knows its address from its kernel's command line: only other images ask by DHCP.
    const asksByDhcp = platform.image.kernel === "";
    const network = new libvirt.Network(
      name,
      {
        name: `${platform.prefix}lab`,
        // Alone in its namespaces a lab has nowhere to go; on a shared hypervisor its servers may want packages.
        mode: platform.isolated ? "none" : "nat",
        addresses: [args.cidr],
        dhcp: { enabled: asksByDhcp },
        dns: { enabled: asksByDhcp },
        autostart: true,
      },
      // Its name is fixed: a new one needs the old one gone.
      { parent: this, deleteBeforeReplace: true },
    );
    this.id = network.id;
    this.registerOutputs({});
  }
}
