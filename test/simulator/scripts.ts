import { removeHalfScript, removeScript } from "../../provider/guest/remove";
import { defineScript, startScript } from "../../provider/guest/start";
import { keepOnTargetScript, removeSourceHalfScript } from "../../provider/migrate/finish-post-copy";
import { memoryScript } from "../../provider/migrate/host-load";
import { markScript, unmarkScript } from "../../provider/migrate/mark-guest";
import { askHost, resolveName, tryPorts, trySsh } from "../../provider/preflight/inspection-scripts";
import { readTokens, removeTokens, writeTokens } from "../../provider/preflight/token-scripts";
import { virsh, virshMs } from "./commands";
import { dumpxml, reasonOf, stateOf } from "./domains";
import { hostProgram, memoryProgram } from "./inspection-program";
import { markProgram, unmarkProgram } from "./mark-programs";
import { preflightProgram } from "./preflight-program";
import type { Program, Shell } from "./remote-program";
import { dominfo, noDaemon } from "./virsh-texts";

/** What a script of the product's does, recognized by the script itself. */
export function scriptProgram(script: string, args: readonly string[]): Program {
  const [first = "", second = ""] = args;
  switch (script) {
    case keepOnTargetScript:
      return (shell) => keepOnTarget(shell, first, second !== "");
    case removeSourceHalfScript:
      return (shell) => removeSourceHalf(shell, first, second !== "");
    case removeHalfScript:
      return (shell) => removeHalf(shell, first);
    case removeScript:
      return (shell) => remove(shell, first);
    case defineScript:
      return (shell) => define(shell, first, second);
    case startScript:
      return (shell) => start(shell, first);
    case memoryScript:
      return memoryProgram;
    case markScript:
      return markProgram(args);
    case unmarkScript:
      return unmarkProgram(args);
    case tryPorts:
    case trySsh:
    case resolveName:
    case writeTokens:
    case readTokens:
    case removeTokens:
      return preflightProgram(script, args);
  }
  if (script.includes(askHost.script)) return hostProgram(args);
  // Logs and last words: nothing is written down here.
  return async (shell) => {
    await shell.sleep(virshMs);
    return 0;
  };
}

async function state(shell: Shell, uuid: string): Promise<string> {
  await shell.sleep(virshMs);
  const domain = shell.host.libvirtd ? shell.libvirt.find(uuid) : undefined;
  return domain === undefined ? "" : `${stateOf(domain)} (${reasonOf(domain)})`;
}

async function keepOnTarget(shell: Shell, uuid: string, keep: boolean): Promise<number> {
  const seen = await state(shell, uuid);
  if (seen.includes("post-copy") || !seen.startsWith("running")) return 1;
  await shell.sleep(virshMs);
  const domain = shell.libvirt.find(uuid);
  if (domain?.active?.pages === "target half") return 1;
  if (!keep || domain?.persistent) return 0;
  await shell.sleep(virshMs);
  if (domain === undefined) return 1;
  if (shell.world.forgets.has(domain.name)) return 0;
  return shell.libvirt.define(dumpxml(domain)).code;
}

async function removeSourceHalf(shell: Shell, uuid: string, undefine: boolean): Promise<number> {
  const seen = await state(shell, uuid);
  if (seen.startsWith("paused (post-copy")) {
    if ((await virsh(shell, ["destroy", uuid])) !== 0) return 1;
  } else if (/^(?:running|paused|idle|in shutdown)/.test(seen)) {
    shell.err(`it is ${seen} by now\n`);
    return 1;
  }
  if (undefine) await virsh(shell, ["undefine", uuid]);
  return /^(?:running|paused|idle)/.test(await state(shell, uuid)) ? 1 : 0;
}

async function removeHalf(shell: Shell, uuid: string): Promise<number> {
  if (!(await state(shell, uuid)).includes("(post-copy")) return 0;
  return virsh(shell, ["destroy", uuid]);
}

async function remove(shell: Shell, uuid: string): Promise<number> {
  await shell.sleep(virshMs);
  if (!shell.host.libvirtd) {
    shell.err(noDaemon.err);
    return 1;
  }
  const domain = shell.libvirt.find(uuid);
  shell.out(
    `=xml\n${domain ? dumpxml(domain) : ""}\n=snapshots\n\n=info\n${dominfo(domain, uuid).out}=removed\n`,
  );
  shell.err(shell.libvirt.destroy(uuid).err);
  await shell.sleep(virshMs);
  shell.err(shell.libvirt.undefine(uuid).err);
  await shell.sleep(virshMs);
  shell.out(`=left\n${shell.host.domains.map((one) => `${one.uuid}\n`).join("")}`);
  return 0;
}

async function define(shell: Shell, uuid: string, xml: string): Promise<number> {
  await shell.sleep(2 * virshMs);
  const defined = shell.host.libvirtd ? shell.libvirt.define(xml) : noDaemon;
  if (defined.code !== 0) {
    shell.err(defined.err);
    return 1;
  }
  if ((await virsh(shell, ["start", uuid])) !== 0) {
    await virsh(shell, ["undefine", uuid]);
    return 1;
  }
  shell.out("booting\n");
  return 0;
}

async function start(shell: Shell, uuid: string): Promise<number> {
  if ((await state(shell, uuid)).startsWith("crashed")) await virsh(shell, ["destroy", uuid]);
  return virsh(shell, ["start", uuid]);
}
