import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { LabError } from "../errors/lab-error";
import { findProgram } from "../toolchain/pulumi/find-program";
import { hostOf, knownLab, kvmHosts, sshFiles } from "./access";
import {
  type DesktopConnection,
  desktopConnections,
  desktopEnvironment,
  desktopFiles,
  shownConnections,
} from "./desktop-connections";
import { inForeground } from "./foreground";
import { type LabStack, labStack } from "./lab-stack";

export interface VirtManagerOptions {
  /** Writes and prints the connections, and opens nothing. */
  readonly print: boolean;
  /** The same for the URI of one host alone. */
  readonly uri?: string;
}

/**
 * Opens virt-manager with a lab's hosts in its list, and ends with it. Where there is no display, or with `print`, the connections are
 * written and printed only.
 *
 * @throws LabError KVM-905 when the lab is not up, KVM-906 no such host, KVM-967 when there is no virt-manager to open
 */
export async function virtManager(lab: string, { print, uri }: VirtManagerOptions): Promise<number> {
  const stack = labStack(lab);
  const folder = join(stack.folder, "virt-manager");
  const hosts = kvmHosts((await knownLab(stack)).hosts);
  const connections = await writeConnections(stack, hosts, folder);
  if (uri !== undefined) {
    console.log(desktopConnections([hostOf(hosts, uri)], folder)[0]?.uri);
    return 0;
  }
  const { DISPLAY, WAYLAND_DISPLAY, PATH = "" } = process.env;
  if (print || !(DISPLAY || WAYLAND_DISPLAY)) {
    console.log(shownConnections(lab, connections));
    return 0;
  }
  const program = await findProgram("virt-manager");
  if (program === undefined) throw notInstalled(lab);
  return inForeground(program, ["--no-fork"], { env: desktopEnvironment(folder, PATH) });
}

/** Each time: a lab that was built again may be reached elsewhere, and have other hosts. */
async function writeConnections(
  stack: LabStack,
  hosts: readonly HostConnection[],
  folder: string,
): Promise<readonly DesktopConnection[]> {
  const ssh = (await findProgram("ssh")) ?? "/usr/bin/ssh";
  for (const { name, text, executable } of desktopFiles(hosts, { folder, ssh, ...sshFiles(stack) })) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, text);
    if (executable) await chmod(path, 0o700);
  }
  return desktopConnections(hosts, folder);
}

function notInstalled(lab: string): LabError {
  return new LabError({
    code: "KVM-967",
    expected: "virt-manager on PATH, to open its window",
    found: "a display, and no virt-manager",
    fix: `apt-get install virt-manager; or ./lab virt-manager ${lab} --print`,
  });
}
