import { open, readFile, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { buildOnce, cached, contentKey } from "../../toolchain/cache";
import { ensureDebianPackages } from "../../toolchain/debian-packages";
import type { Progress } from "../../toolchain/progress";
import { ensureGuestImage } from "../images";
import { type BootOutcome, tryBoot } from "./try-boot";

const qemuProgram = "qemu-system-x86_64";

/** A guest that really runs under KVM prints its first line within 2 s; an emulated one within 4 s. */
const bootLimitMs = 20_000;

/** What the probe inside the guest prints first. */
const firstLine = "counter=";

const verdictSchema = z.object({ acceleration: z.enum(["kvm", "tcg"]), reason: z.string() });

/** Whether KVM works on this machine, found by trying; `reason` is what was seen, for people. */
export type AccelerationVerdict = Readonly<z.output<typeof verdictSchema>>;

/**
 * Boots the lab's guest under KVM, with a limit of 20 s: /dev/kvm may be there, open, and still run nothing. The
 * verdict is kept in the cache for this kernel, processor and QEMU, and for whether this user may open /dev/kvm.
 *
 * @throws LabError as ensureDebianPackages and ensureGuestImage; KVM that does not work is a verdict, not an error
 */
export async function accelerationVerdict(progress: Progress): Promise<AccelerationVerdict> {
  await ensureDebianPackages(["qemu-system-x86"], progress);
  const device = await deviceState("/dev/kvm");
  const folder = await buildOnce(
    "acceleration",
    await machineKey(device),
    async (staging) => {
      const verdict = await evaluate(device, progress);
      await writeFile(join(staging, "verdict.json"), JSON.stringify(verdict));
    },
    progress,
  );
  return readVerdict(folder);
}

/** The verdict that was found here before; undefined when it is still to be found. Installs and tries nothing. */
export async function knownVerdict(): Promise<AccelerationVerdict | undefined> {
  // Without a QEMU nothing was tried yet.
  const key = await machineKey(await deviceState("/dev/kvm")).catch(() => undefined);
  const folder = key === undefined ? undefined : await cached("acceleration", key);
  return folder === undefined ? undefined : readVerdict(folder);
}

async function machineKey(device: string): Promise<string> {
  const version = await execa(qemuProgram, ["--version"], { timeout: 20_000 });
  return contentKey([release(), cpus()[0]?.model ?? "", version.stdout, device]);
}

async function readVerdict(folder: string): Promise<AccelerationVerdict> {
  return verdictSchema.parse(JSON.parse(await readFile(join(folder, "verdict.json"), "utf8")));
}

/** "present", or the reason why the device cannot be opened for use (ENOENT, EACCES …). */
export async function deviceState(path: string): Promise<string> {
  return open(path, "r+").then(
    async (handle) => {
      await handle.close();
      return "present";
    },
    (error: NodeJS.ErrnoException) => error.code ?? "absent",
  );
}

async function evaluate(device: string, progress: Progress): Promise<AccelerationVerdict> {
  if (device !== "present") return { acceleration: "tcg", reason: `/dev/kvm cannot be opened (${device})` };
  const guest = await ensureGuestImage(progress);
  progress("trying whether KVM works here");
  return verdictOf(
    await tryBoot({
      program: qemuProgram,
      args: [
        ...["-accel", "kvm", "-machine", "q35", "-cpu", "host", "-m", "128", "-nodefaults", "-nographic"],
        ...["-serial", "stdio", "-kernel", guest.kernel, "-initrd", guest.initrd],
        ...["-append", "console=ttyS0 quiet lab.address=127.0.0.2/8 lab.hostname=probe"],
      ],
      mark: firstLine,
      limitMs: bootLimitMs,
    }),
  );
}

/** What an attempt to boot under KVM means. */
export function verdictOf({ booted, elapsedMs, complaint }: BootOutcome): AccelerationVerdict {
  const seconds = (elapsedMs / 1000).toFixed(1);
  if (booted) return { acceleration: "kvm", reason: `a guest booted under KVM in ${seconds} s` };
  const why = complaint ? `QEMU said: ${complaint}` : `a guest under it did not boot within ${seconds} s`;
  return { acceleration: "tcg", reason: `/dev/kvm opens, but ${why}` };
}
