import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { projectFolder } from "../../cli/lab-stack";
import { stack } from "./lab-command";

const scripts = join(__dirname, "virt-manager");
/** Debian's, for which its packages of libvirt and dogtail are. */
const python = "/usr/bin/python3";

/** What the screen showed: they stay after the test. */
export const pictures = join(tmpdir(), "kvmlab-virt-manager-pictures");

/** Moves the guest in the window of the virt-manager that `./lab virt-manager` opens, on a screen that nobody sees. */
export async function moveInWindow(guest: string, from: string, to: string): Promise<string> {
  mkdirSync(pictures, { recursive: true });
  const move = [join(scripts, "move_in_window.py"), guest, `QEMU/KVM: ${from}`, `QEMU/KVM: ${to}`, pictures];
  const screen = ["--auto-servernum", "--server-args=-screen 0 1280x900x24 -nolisten tcp"];
  return run("xvfb-run", [
    ...[...screen, "dbus-run-session", "--"],
    ...[join(scripts, "on-desktop.sh"), join(projectFolder, "lab"), stack, ...move],
  ]);
}

/** The same without a window, by the URIs of both hosts. */
export function moveByLibvirt(guest: string, from: string, to: string): Promise<string> {
  return run(python, [join(scripts, "move_by_libvirt.py"), guest, from, to]);
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const { exitCode, all, stdout } = await execa(program, [...args], {
    ...{ all: true, reject: false, timeout: 600_000 },
    // English words are looked for in the window.
    env: { LC_ALL: "C.UTF-8" },
  });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${exitCode}\n${all}`);
  return stdout;
}
