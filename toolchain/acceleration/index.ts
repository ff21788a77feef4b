import { readFile, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { buildOnce, contentKey } from "../cache";
import { ensureDebianPackages } from "../debian-packages";
import { ensureGuestImage } from "../images";
import type { Progress } from "../progress";

/** A guest that really runs under KVM prints its first line within 2 s; an emulated one within 4 s. */
const bootLimitMs = 20_000;

/** Whether KVM works on this machine, found by trying. */
export interface AccelerationVerdict {
  readonly acceleration: "kvm" | "tcg";
  /** What was seen, for people. */
  readonly reason: string;
}

/**
 * Boots the lab's guest under KVM, with a limit of 20 s: /dev/kvm may be there, open, and still run nothing. The
 * verdict is kept for this kernel, processor and QEMU.
 */
export async function accelerationVerdict(progress: Progress): Promise<AccelerationVerdict> {
  await ensureDebianPackages(["qemu-system-x86"], progress);
  const qemu = await execa("qemu-system-x86_64", ["--version"], { timeout: 20_000 });
  const machine = [release(), cpus()[0]?.model ?? "", qemu.stdout, await kvmDevice()];
  const folder = await buildOnce("acceleration", contentKey(machine), async (staging) => {
    const verdict = await tryKvm(progress);
    await writeFile(join(staging, "verdict.json"), JSON.stringify(verdict));
  });
  return JSON.parse(await readFile(join(folder, "verdict.json"), "utf8")) as AccelerationVerdict;
}

/** "present" or the reason why it cannot even be opened. */
async function kvmDevice(): Promise<string> {
  const { open } = await import("node:fs/promises");
  return open("/dev/kvm", "r+").then(
    async (handle) => {
      await handle.close();
      return "present";
    },
    (error: NodeJS.ErrnoException) => error.code ?? "absent",
  );
}

async function tryKvm(progress: Progress): Promise<AccelerationVerdict> {
  const device = await kvmDevice();
  if (device !== "present") return { acceleration: "tcg", reason: `/dev/kvm cannot be opened (${device})` };
  const guest = await ensureGuestImage(progress);
  progress("trying whether KVM works here");
  const started = performance.now();
  const qemu = execa(
    "qemu-system-x86_64",
    [
      ...["-accel", "kvm", "-machine", "q35", "-cpu", "host", "-m", "128", "-nodefaults", "-nographic"],
      ...["-serial", "stdio", "-kernel", guest.kernel, "-initrd", guest.initrd],
      ...["-append", "console=ttyS0 quiet lab.address=127.0.0.2/8 lab.hostname=probe"],
    ],
    { reject: false, timeout: bootLimitMs, all: true, killSignal: "SIGKILL" },
  );
  const alive = await new Promise<boolean>((resolve) => {
    let seen = "";
    qemu.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString("latin1");
      if (seen.includes("counter=")) resolve(true);
    });
    void qemu.then(() => resolve(false));
  });
  qemu.kill("SIGKILL");
  await qemu;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return alive
    ? { acceleration: "kvm", reason: `a guest booted under KVM in ${seconds} s` }
    : {
        acceleration: "tcg",
        reason: `/dev/kvm opens, but a guest under it did not boot within ${seconds} s`,
      };
}
