import { resolveName, tryPorts, trySsh } from "../../provider/preflight/inspection-scripts";
import { readTokens, writeTokens } from "../../provider/preflight/token-scripts";
import * as texts from "../unit/provider/preflight/sample-texts";
import { addressOf } from "./inspection-program";
import type { Program } from "./remote-program";

const files = [
  texts.disk,
  `${texts.guestFolder}/vmlinux`,
  `${texts.guestFolder}/initrd.img`,
  "/usr/bin/qemu-system-x86_64",
];

/** What preflight asks beside the looks: the share and the hosts are sound, and the way is there where the network is. */
export function preflightProgram(script: string, [token = "", second = ""]: readonly string[]): Program {
  return async (shell) => {
    const { world, host } = shell;
    await shell.sleep(world.chance.between(50, 300));
    const target = script === trySsh || script === tryPorts ? second : undefined;
    const there = target === undefined || !world.hosts.has(target) || world.linked(host.name, target);
    if (!there) await shell.sleep(6_000);
    for (const [name, text] of Object.entries(answer(script, second, addressOf(world, second), there)))
      shell.out(`=${token}:${name}\n${text}${text.endsWith("\n") || text === "" ? "" : "\n"}`);
    return 0;
  };
}

function answer(
  script: string,
  second: string,
  address: string,
  there: boolean,
): Readonly<Record<string, string>> {
  switch (script) {
    case tryPorts:
      return {
        ports: there
          ? "49152 1 Connection refused\n49215 1 Connection refused\n"
          : "49152 124 \n49215 124 \n",
      };
    case trySsh:
      return {
        ssh: there
          ? `0\nboot-is-boot-of-${second}\nlibvirt-is-there\n`
          : `255\nssh: connect to host ${second} port 22: Connection timed out\n`,
      };
    case writeTokens:
      return {
        tokens: `written ${texts.guestFolder}\n`,
        space: texts.space(),
      };
    case resolveName:
      return { resolved: texts.getent(address, second) };
    case readTokens:
      return {
        tokens: `seen ${texts.guestFolder}\n`,
        space: texts.space(),
        files: files.map((path) => `-erw ${path}\n`).join(""),
        [`chain ${texts.disk}`]: texts.chain,
      };
  }
  return {};
}
