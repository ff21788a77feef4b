import "./errors/short-stacks";
import * as command from "@pulumi/command";
import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { findPlatform } from "./components/find-platform";
import { Lab } from "./components/lab";
import { settingsOfStack } from "./components/settings-of-stack";
import { ensureGuestImage } from "./machines/images";

/** The stack's configuration becomes a lab; what there is to know of it are the stack's outputs. */
export = async () => {
  const progress = (message: string) => void pulumi.log.info(message, undefined, undefined, true);
  const settings = settingsOfStack();
  const platform = await findPlatform(settings, pulumi.getStack(), progress);
  const guestImage = await ensureGuestImage(progress);
  // Not the default one: the engine must know it when a machine that is made again takes its commands with it.
  const commands = new command.Provider("commands");
  const hypervisor = platform && new libvirt.Provider("hypervisor", { uri: platform.uri });
  const lab = new Lab(
    "lab",
    { settings, platform, guestImage },
    { providers: hypervisor ? [commands, hypervisor] : [commands] },
  );
  return lab.outputs;
};
