import { execa } from "execa";
import { findHypervisor } from "../../toolchain/hypervisor";
import type { Server } from "./inside";
import { stack } from "./lab-command";

/** Cuts a server of the tests' lab off from its power, as pulling the plug does. */
export async function powerOff(server: Server): Promise<void> {
  const hypervisor = await findHypervisor(stack);
  if (hypervisor === undefined) throw new Error("the tests' lab has no hypervisor");
  await execa("virsh", ["-c", hypervisor.uri, "destroy", server], { timeout: 60_000 });
}
