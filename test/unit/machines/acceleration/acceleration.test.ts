import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deviceState, verdictOf } from "../../../../machines/acceleration";
import { tryBoot } from "../../../../machines/acceleration/try-boot";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmlab-acceleration-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A machine is a program with a console: a shell script stands for QEMU. */
async function boot(script: string, limitMs = 15_000) {
  const program = join(folder, "qemu");
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return tryBoot({ program, args: ["-accel", "kvm"], mark: "counter=", limitMs });
}

describe("tryBoot", () => {
  it("ends a machine as soon as it has printed its first line", async () => {
    const outcome = await boot("echo booting; printf 'coun'; sleep 0.1; echo 'ter=0'; exec sleep 60");
    expect(outcome.booted).toBe(true);
    expect(outcome.elapsedMs).toBeLessThan(10_000);
    expect(outcome.complaint).toBe("");
  });

  it("gives up on a machine that only got as far as its firmware, deaf to polite signals", async () => {
    const outcome = await boot("trap '' TERM; echo 'Booting from ROM..'; while :; do sleep 0.1; done", 500);
    expect(outcome.booted).toBe(false);
    expect(outcome.elapsedMs).toBeGreaterThanOrEqual(450);
    expect(outcome.complaint).toBe("");
  });

  it("keeps the last of QEMU's words when it ends by itself", async () => {
    const outcome = await boot(
      "echo one >&2; echo 'failed to initialize kvm: Permission denied' >&2; exit 1",
    );
    expect(outcome).toMatchObject({
      booted: false,
      complaint: "failed to initialize kvm: Permission denied",
    });
  });

  it("says that the program is not there", async () => {
    const outcome = await tryBoot({ program: join(folder, "none"), args: [], mark: "x", limitMs: 1_000 });
    expect(outcome.booted).toBe(false);
    expect(outcome.complaint).toContain("ENOENT");
  });
});

describe("verdictOf", () => {
  it("trusts KVM only after a boot", () => {
    expect(verdictOf({ booted: true, elapsedMs: 1_234, complaint: "" })).toEqual({
      acceleration: "kvm",
      reason: "a guest booted under KVM in 1.2 s",
    });
    expect(verdictOf({ booted: false, elapsedMs: 20_000, complaint: "" })).toEqual({
      acceleration: "tcg",
      reason: "/dev/kvm opens, but a guest under it did not boot within 20.0 s",
    });
    expect(verdictOf({ booted: false, elapsedMs: 90, complaint: "no irqchip" }).reason).toBe(
      "/dev/kvm opens, but QEMU said: no irqchip",
    );
  });
});

describe("deviceState", () => {
  it("tells an absent device from one that opens", async () => {
    expect(await deviceState(join(folder, "kvm"))).toBe("ENOENT");
    await writeFile(join(folder, "kvm"), "");
    expect(await deviceState(join(folder, "kvm"))).toBe("present");
  });
});
