/**
 * After a plain `npm install` on a machine with a `pulumi` of its own: @pulumi/libvirt and the plugins, in the user's own
 * PULUMI_HOME, so that `pulumi up` works without ./lab. The stand-in for the command plugin only with KVMLAB_STAND_IN=1. Without a pulumi there is nothing to
 * do: ./lab brings one.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./find-program";
import { ensurePulumi } from "./index";

async function main(): Promise<void> {
  if ((await findProgram("pulumi")) === undefined) {
    console.log("no pulumi on PATH: ./lab up sets up one");
    return;
  }
  const userHome = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const alsoInto = { folder: userHome, withStandIn: process.env.KVMLAB_STAND_IN === "1" };
  await ensurePulumi((message) => console.log(message), { alsoInto });
}

main().catch((error: unknown) => {
  // The installation of the packages succeeded; what is missing now is said again by the program that needs it.
  console.error(error instanceof Error ? error.message : error);
});
