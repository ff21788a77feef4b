import { cpus } from "node:os";
import { execa } from "execa";
import { systemPath } from "../hypervisor/hypervisor-exec";
import type { MachineFacts } from "./manifest";

const askLimitMs = 20_000;

/** This machine, as it would run a lab with this acceleration. A program that is not there has an empty version. */
export async function machineFacts(acceleration: "kvm" | "tcg"): Promise<MachineFacts> {
  const [qemu, libvirt] = await Promise.all([versionOf("qemu-system-x86_64"), versionOf("libvirtd")]);
  return { qemu, libvirt, acceleration, processor: cpus()[0]?.model ?? "" };
}

async function versionOf(program: string): Promise<string> {
  const options = { reject: false, timeout: askLimitMs, env: { PATH: systemPath, LC_ALL: "C" } };
  const { stdout } = await execa(program, ["--version"], options);
  return versionIn(stdout ?? "");
}

/** `QEMU emulator version 7.2.22 (Debian …)`, `libvirtd (libvirt) 9.0.0`. */
export function versionIn(text: string): string {
  return /\b(\d+(\.\d+)+)/.exec(text)?.[1] ?? "";
}
