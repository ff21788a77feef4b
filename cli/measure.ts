import { hostAfter, knownLab, kvmHosts } from "./access";
import { labStack } from "./lab-stack";
import { labStatus } from "./status";
import { type UpOptions, up } from "./up";

/**
 * Moves the guest to the next host and measures it: `./lab up -c measure=true -c guestRunsOn=<the next>`.
 *
 * @throws LabError KVM-905 when the lab is not up, and what `./lab up` throws
 */
export async function measureMove(
  name: string,
  { config, json }: Pick<UpOptions, "config" | "json">,
): Promise<void> {
  const [{ hosts, outputs }, { guest }] = await Promise.all([knownLab(labStack(name)), labStatus(name)]);
  const other = hostAfter(guest.runningOn, kvmHosts(hosts));
  // Somebody may have moved it by hand: then the state is looked at again first.
  const refresh = outputs?.guest.runningOn !== guest.runningOn;
  const own = config.some((word) => /^([^=]*:)?measure=/.test(word)) ? config : ["measure=true", ...config];
  await up(name, { config: [...own, `guestRunsOn=${other}`], refresh, cold: false, json });
}
