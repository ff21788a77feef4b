import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { SshKeyPair } from "kvmlab-provider/sdk/ssh-key-pair";
import { BuiltMachine } from "../../../components/built-machine";
import { findPlatform } from "../../../components/find-platform";
import { Network } from "../../../components/network";
import { defaultProcessor } from "../../../components/processor";
import { ServerDisks } from "../../../components/server-disks";
import { checkSettings } from "../../../stacks/settings";
import { topologyOf } from "../../../stacks/topology/topology";

/** Three machines on the libvirt that is here, which know nothing of a lab: no share, no names, no trust. */
export = async () => {
  const settings = checkSettings({ hypervisor: "qemu:///system" });
  const say = (message: string) => void pulumi.log.info(message);
  const platform = await findPlatform(settings, pulumi.getStack(), say);
  if (platform === undefined) throw new Error("settings for machines that are built");
  const providers = [new libvirt.Provider("hypervisor", { uri: platform.uri })];
  const network = new Network("network", { platform, cidr: settings.network }, { providers });
  const disks = new ServerDisks("disks", { platform }, { providers });
  const operatorKey = new SshKeyPair("key", { comment: "operator of three machines" });
  const topology = topologyOf(settings);
  const { prefix, gateway } = topology.network;
  const machines = topology.servers.map(({ name, place, address, memoryMiB, vcpus, release }) => {
    const args = {
      role: name,
      ...{ place, platform, network, disks, gateway, operatorKey, memoryMiB, vcpus, release },
      address: `${address}/${prefix}`,
      processor: defaultProcessor,
    };
    return new BuiltMachine(name, args, { providers }).connection;
  });
  return { machines: pulumi.secret(machines) };
};
