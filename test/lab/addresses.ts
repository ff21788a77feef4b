import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import { checkSettings, readStackFile } from "../../stacks/settings";
import { addressesOf as addressesIn, firstGuest, topologyOf } from "../../stacks/topology/topology";
import { stack } from "./lab-command";

/** The addresses on a lab's own network. */
export interface Addresses {
  readonly nfs: string;
  readonly source: string;
  readonly target: string;
  readonly guest: string;
}

/** From the lab's outputs; for a lab whose `./lab up` failed, from its settings. */
export async function addressesOf(name = stack): Promise<Addresses> {
  const { outputs } = await knownLab(labStack(name));
  const topology = topologyOf(checkSettings(readStackFile(labStack(name).configFile)));
  const guest = outputs?.guest?.address ?? firstGuest(topology).address.split("/")[0] ?? "";
  const { nfs = "", source = "", target = "" } = { ...addressesIn(topology), ...outputs?.addresses };
  return { nfs, source, target, guest };
}

/** The address on the same network that ends in `last`, for a guest of a test's own. */
export function neighbourAddress(address: string, last: number): string {
  return address.replace(/\d+$/, String(last));
}
