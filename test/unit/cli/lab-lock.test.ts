import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { withLabLock } from "../../../cli/lab-lock";
import { labStack } from "../../../cli/lab-stack";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lab-lock-"));
  vi.stubEnv("KVMLAB_CACHE", folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe("the lock of a lab", () => {
  test("turns a second command away at once, and names the first", async () => {
    const stack = labStack("dev");
    await withLabLock(stack, async () => {
      const second = withLabLock(stack, async () => undefined);
      await expect(second).rejects.toThrow(new RegExp(`KVM-907[\\s\\S]*process ${process.pid}`));
    });
  });

  test("is free afterwards, whether the work went well or not", async () => {
    const stack = labStack("dev");
    await expect(withLabLock(stack, () => Promise.reject(new Error("no luck")))).rejects.toThrow("no luck");
    await expect(withLabLock(stack, async () => "done")).resolves.toBe("done");
  });

  test("is another one for another lab", async () => {
    await withLabLock(labStack("dev"), async () => {
      await expect(withLabLock(labStack("classroom"), async () => "done")).resolves.toBe("done");
    });
  });

  test("of a command that was killed is waited for", async () => {
    const stack = labStack("dev");
    await mkdir(join(stack.folder, "lab.lock"), { recursive: true });
    // Touched 14 s ago: stale in a second.
    const touched = Date.now() / 1000 - 14;
    await utimes(join(stack.folder, "lab.lock"), touched, touched);
    // Above the largest process id that Linux gives.
    await writeFile(join(stack.folder, "lab.holder"), "4194999");
    const told: string[] = [];
    const work = () => readFile(join(stack.folder, "lab.holder"), "utf8");
    await expect(withLabLock(stack, work, (message) => told.push(message))).resolves.toBe(
      String(process.pid),
    );
    expect(told).toEqual(["The last command on the lab dev was killed: its lock is free in at most 15 s."]);
  });
});
