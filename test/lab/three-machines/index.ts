import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { labAddresses } from "../../../components/addresses";
import { BuiltMachine } from "../../../components/built-machine";
import { findPlatform } from "../../../components/find-platform";
import { Network } from "../../../components/network";
import { defaultProcessor } from "../../../components/processor";
import { ServerDisks } from "../../../components/server-disks";
import { SshKeyPair } from "../../../provider/sdk/ssh-key-pair";
import { checkSettings } from "../../../stacks/settings";
import { serverRoles } from "../../../toolchain/hypervisor/hypervisor";

/** Three machines on this machine's libvirt that know nothing of a lab: no share, no names, no trust. */
export = async () => {
  const settings = checkSettings({ hypervisor: "qemu:///system" });
  const say = (message: string) => void pulumi.log.info(message);
  const platform = await findPlatform(settings, "own", say);
  if (platform === undefined) throw new Error("qemu:///system is a platform");
  const provider = new libvirt.Provider("hypervisor", { uri: platform.uri });
  const common = { provider };
  const network = new Network("network", { platform, cidr: settings.network }, common);
  const disks = new ServerDisks("disks", { platform }, common);
  const operatorKey = new SshKeyPair("key", { comment: "the user of three machines" });
  const addresses = labAddresses(settings.network);
  const machines = serverRoles.map((role) => {
    const machine = {
      role,
      platform,
      network,
      disks,
      address: `${addresses[role]}/${settings.network.split("/")[1]}`,
      gateway: addresses.hypervisor,
      memoryMiB: role === "nfs" ? settings.nfsMemoryMiB : settings.hostMemoryMiB,
      vcpus: settings.hostVcpus,
      operatorKey,
      processor: defaultProcessor,
    };
    return new BuiltMachine(role, machine, { providers: [provider] }).connection;
  });
  return { machines: pulumi.secret(machines) };
};
