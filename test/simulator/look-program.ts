import { isMeant } from "../../provider/host/domain-name";
import * as texts from "../unit/provider/preflight/sample-texts";
import { virshMs } from "./commands";
import { type Domain, dumpxml } from "./domains";
import type { Program, Shell } from "./remote-program";
import { domstate, list, noDaemon, uuidsAndNames } from "./virsh-texts";
import type { Host, World } from "./world";

/** Writes the sections of an answer, each at a moment of its own: what is looked at may change meanwhile. */
export async function write(
  shell: Shell,
  token: string,
  sections: Readonly<Record<string, () => string | { readonly out: string; readonly err: string }>>,
): Promise<void> {
  for (const [name, text] of Object.entries(sections)) {
    await shell.sleep(shell.world.chance.between(1, virshMs));
    const told = shell.host.libvirtd ? text() : noDaemon;
    const { out, err } = typeof told === "string" ? { out: told, err: "" } : told;
    shell.out(`=${token}:${name}\n${out}${out.endsWith("\n") || out === "" ? "" : "\n"}`);
    if (err) shell.err(err);
  }
}

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

/** The look at all that a host carries. */
export function loadProgram([token = "", whose = "", named = ""]: readonly string[]): Program {
  return async (shell) => {
    const { host, world } = shell;
    world.loads++;
    await shell.sleep(shell.world.chance.between(virshMs, 4 * virshMs));
    if (!host.libvirtd) {
      shell.err(noDaemon.err);
      return 1;
    }
    const asked = host.domains.filter(
      (domain) => whose === "all" || (whose === "guest" && isMeant(named, domain)),
    );
    await write(shell, token, {
      list: () => list(host),
      domains: () => uuidsAndNames(host),
      ...Object.fromEntries(
        asked.flatMap((domain) => {
          const there = () => (has(host, domain) ? domain : undefined);
          return [
            [`definition ${domain.uuid}`, () => (there() ? dumpxml(domain) : "")],
            [`state ${domain.uuid}`, () => domstate(there(), domain.uuid)],
          ];
        }),
      ),
      end: () => "",
      kernel: () => texts.kernel({ availableKiB: world.freeKiB(host) }),
    });
    return 0;
  };
}

const has = ({ domains }: Host, domain: Domain) => domains.includes(domain);
