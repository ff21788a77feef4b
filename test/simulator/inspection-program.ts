import * as texts from "../unit/provider/preflight/sample-texts";
import { virshMs } from "./commands";
import type { Program, Shell } from "./remote-program";
import type { World } from "./world";

/** What a host's shell says of itself. */
export function hostProgram([token = "", ...others]: readonly string[]): Program {
  return async (shell) => {
    await shell.sleep(shell.world.chance.between(1, virshMs));
    for (const [name, text] of Object.entries(ofTheHost(shell, others)))
      shell.out(`=${token}:${name}\n${text()}`);
    return 0;
  };
}

function ofTheHost(
  { host, world }: Shell,
  others: readonly string[],
): Readonly<Record<string, () => string>> {
  return {
    clock: () => `${(performance.timeOrigin + performance.now()) / 1000}\n`,
    ...Object.fromEntries(
      others.map((other) => [`other ${other}`, () => texts.getent(addressOf(world, other), other)]),
    ),
    addresses: () => texts.addresses(addressOf(world, host.name)),
    devices: () => "bridge br0\n",
    boot: () => `boot-of-${host.name}\n`,
    kernel: () => texts.kernel({ availableKiB: world.freeKiB(host) }),
  };
}

/** Where the hosts reach each other. */
export function addressOf({ hosts }: World, name: string): string {
  return `10.77.0.${10 + (hosts.get(name)?.number ?? 0)}`;
}

/** What a host says of its memory. */
export const memoryProgram: Program = async ({ host, world, sleep, out }) => {
  world.loads++;
  await sleep(world.chance.between(1, virshMs));
  out(texts.kernel({ availableKiB: world.freeKiB(host) }));
  return 0;
};
