import * as texts from "../unit/provider/preflight/sample-texts";
import { virshMs } from "./commands";
import { dumpxml } from "./domains";
import { type Answer, noDomain, well } from "./libvirt";
import { metadata } from "./mark-programs";
import type { Shell } from "./remote-program";
import { dominfo, domjobinfo, domstate, list, noDaemon, uuidsAndNames } from "./virsh-texts";
import type { Host } from "./world";

/** One virsh that reads command after command, and looks at each at a moment of its own: what is looked at may change meanwhile. */
export async function virshProgram(shell: Shell): Promise<number> {
  // The first costs more: it is started for it.
  await shell.sleep(shell.world.chance.between(virshMs, 4 * virshMs));
  for (let line = await shell.read(); line !== undefined; line = await shell.read()) {
    const echoed = /^echo (.*)$/.exec(line)?.[1];
    if (echoed === undefined) await shell.sleep(shell.world.chance.between(1, virshMs));
    const { out, err } = echoed === undefined ? answerTo(shell, line.split(" ")) : well(echoed);
    shell.out(`virsh # ${line}\n${err}${out}`);
  }
  return 0;
}

function listed(host: Host, words: readonly string[]): string {
  if (!words.includes("--uuid")) return list(host);
  if (words.includes("--autostart"))
    return host.domains.flatMap(({ uuid, autostart }) => (autostart ? `${uuid}\n` : [])).join("");
  if (words.includes("--name")) return uuidsAndNames(host);
  const active = host.domains.filter((domain) => domain.active);
  return active.map(({ uuid }) => `${uuid}\n`).join("");
}

function answerTo(shell: Shell, words: readonly string[]): Answer {
  const { host, libvirt } = shell;
  if (!host.libvirtd) return noDaemon;
  const [command, given = "", option] = words;
  const domain = libvirt.find(given);
  switch (command) {
    case "list":
      return well(listed(host, words));
    case "dominfo":
      return dominfo(domain, given);
    case "domstate":
      return domstate(domain, given);
    case "domjobinfo":
      return option === "--completed"
        ? well("Job type:         None        \n\n")
        : domjobinfo(domain, given);
    case "autostart":
      return libvirt.autostart(given, option !== "--disable");
    case "metadata":
      return metadata(shell, words);
    case "dumpxml":
      return domain ? well(dumpxml(domain)) : noDomain(given);
    case "version":
      return well(texts.version());
    case "hostname":
      return well(`${host.name}\n`);
    case "capabilities":
      return well(texts.capabilities().replace(/0d0f7b5c/, `0d0f7b5${host.number}`));
    // Nothing of these is there.
    case "domstats":
    case "net-list":
    case "secret-list":
    case "nwfilter-list":
    case "snapshot-list":
    case "checkpoint-list":
    case "blockjob":
    case "domiflist":
      return well();
  }
  throw new Error(`the simulator does not know virsh ${words.join(" ")}`);
}
