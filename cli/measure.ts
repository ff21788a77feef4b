import { guestNamed, hostAfter, knownLab, kvmHosts } from "./access";
import { placing } from "./guest-settings";
import { labStack } from "./lab-stack";
import { refuseBare } from "./refuse-bare";
import { labStatus } from "./status";
import { type UpOptions, up } from "./up";

export interface MeasureMoveOptions extends Pick<UpOptions, "config" | "json"> {
  /** Which guest; the first where it is left out. */
  readonly guest?: string;
}

/**
 * Moves a guest to the next host and measures it: `./lab up -c measure=true -c guestRunsOn=<the next>`.
 *
 * @throws LabError KVM-905 when the lab is not up, KVM-956 when it is bare, KVM-908 no such guest, and what `./lab up` throws
 */
export async function measureMove(name: string, { config, json, guest }: MeasureMoveOptions): Promise<void> {
  const stack = labStack(name);
  const { hosts, outputs } = await knownLab(stack);
  refuseBare(stack, outputs?.start, `./lab measure ${name}`);
  const { guests } = await labStatus(name);
  const asked = guestNamed(guests, guest);
  const other = hostAfter(asked.runningOn, kvmHosts(hosts));
  // Somebody may have moved one by hand: then the state is looked at again first.
  const refresh = guests.some(
    ({ name: one, runningOn }) =>
      outputs?.guests.find(({ guest: { name } }) => name === one)?.guest.runningOn !== runningOn,
  );
  const own = config.some((word) => /^([^=]*:)?measure=/.test(word)) ? config : ["measure=true", ...config];
  await up(name, { config: [...own, placing(stack, asked.name, other)], refresh, cold: false, json });
}
