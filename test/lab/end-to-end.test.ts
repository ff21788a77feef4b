import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { outputsSchema } from "../../cli/access";
import { cacheDir, exists, labDir } from "../../toolchain/cache";
import { gitStatus, jsonOf, lab, stack, start } from "./lab-command";
import { noLab } from "./no-lab";

const upResult = outputsSchema.pick({ guest: true, migration: true }).extend({
  seconds: z.number(),
  stages: z.array(z.object({ stage: z.string(), seconds: z.number() })),
});
const statusResult = z.object({
  servers: z.array(
    z.object({ name: z.string(), answers: z.boolean(), share: z.string(), guests: z.string() }),
  ),
  guest: z.object({ name: z.string(), runningOn: z.string(), since: z.string() }),
});

const proofNames = [
  "one-running-copy",
  "same-uuid",
  "gone-from-source",
  "persistent-on-target",
  "autostart-kept",
  "same-boot",
  "counter-continuous",
  "memory-kept",
  "disk-sequence",
  "filesystem-clean",
  "connection-kept",
  "switch-port",
];

async function up(...args: string[]) {
  const result = await lab(["up", stack, "--json", ...args], 900);
  expect(result.exitCode, result.all).toBe(0);
  return upResult.parse(jsonOf(result));
}

async function status() {
  const result = await lab(["status", stack, "--json"], 120);
  expect(result.exitCode, result.all).toBe(0);
  return statusResult.parse(jsonOf(result));
}

/** Everything on this machine that a lab could leave: processes, mounts, network namespaces. */
async function traces(): Promise<string[]> {
  const mounts = (await readFile("/proc/self/mounts", "utf8"))
    .split("\n")
    .filter((line) => line.includes(cacheDir()));
  const processes: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes(`${labDir(stack)}/`)) processes.push(`${pid} ${command.replaceAll("\0", " ")}`);
  }
  return [...mounts, ...processes];
}

// One story on one lab: each test goes on where the one before it ended.
describe("the lab, end to end", () => {
  let before = "";

  beforeAll(async () => {
    before = await gitStatus();
    await noLab();
  });

  afterAll(async () => {
    await lab(["down", stack], 120);
  });

  test("refuses a wrong setting at once, and says what is allowed", async () => {
    const result = await lab(["up", stack, "-c", "guestRunsOn=mars", "-c", "hostMemoryMiB=12"], 30);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("KVM-101");
    expect(result.stderr).toContain('guestRunsOn: "mars"');
    expect(result.stderr).toContain("hostMemoryMiB: 12");
    expect(result.stderr).toContain("one of hosts");
  });

  test("says that there is no lab yet, with its own exit code", async () => {
    const result = await lab(["status", stack], 30);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain("KVM-905");
  });

  test("is cancelled by Ctrl-C, with its own exit code, while a second command is turned away", async () => {
    const running = start(["up", stack]);
    const machines = new Promise<void>((resolve) => {
      running.all?.on("data", (chunk: Buffer) => {
        if (/waiting for it to answer SSH|answers SSH/.test(chunk.toString())) resolve();
      });
      void running.then(() => resolve());
    });
    await machines;
    const second = await lab(["up", stack], 30);
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toContain("KVM-907");
    running.kill("SIGINT");
    const cancelled = await running;
    expect(cancelled.exitCode, cancelled.all).toBe(130);
    expect(cancelled.all).toContain("KVM-904");
  });

  test("goes on after that, builds the lab and moves the guest live, every proof proved", async () => {
    const result = await up();
    console.log(
      result.stages.map(({ stage, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${stage}`).join("\n"),
    );
    expect(result.guest?.runningOn).toBe("target");
    expect(result.migration).toMatchObject({ moved: true, from: "source", runningOn: "target" });
    const proofs = result.migration?.proofs ?? [];
    expect(
      proofs.map(({ name, verdict }) => `${name} ${verdict}`),
      JSON.stringify(proofs),
    ).toEqual(proofNames.map((name) => `${name} proved`));
    expect(result.migration?.downtimeMs).toBeGreaterThan(0);
    expect(result.migration?.dataMovedMiB).toBeGreaterThan(1);
  });

  test("shows the share on all servers and the guest on target", async () => {
    const { servers, guest } = await status();
    const [nfs, source, target] = ["nfs", "source", "target"].map((name) =>
      servers.find((server) => server.name === name),
    );
    expect(nfs?.share).toMatch(/^\/migration 10\.77\.0\.3\(.*rw.*\) ?\/migration 10\.77\.0\.4\(/);
    expect(source?.share).toBe("nfs:/migration nfs4 /var/lib/libvirt/images");
    expect(target?.share).toBe("nfs:/migration nfs4 /var/lib/libvirt/images");
    expect(source?.guests).toBe("");
    expect(target?.guests).toBe("guest running");
    expect(guest.runningOn).toBe("target");
    expect(guest.since).not.toBe("");
  });

  test("resolves every server's name on every server, and trusts between the hosts", async () => {
    for (const host of ["nfs", "source", "target"]) {
      const names = await lab(["ssh", host, "getent hosts nfs source target && hostname"], 60);
      expect(names.stdout).toMatch(
        new RegExp(
          `10\\.77\\.0\\.2\\s+nfs\\n10\\.77\\.0\\.3\\s+source\\n10\\.77\\.0\\.4\\s+target\\n${host}$`,
        ),
      );
    }
    const trust = await lab(["ssh", "target", "virsh -c qemu+ssh://source/system hostname"], 60);
    expect(trust.stdout.trim()).toBe("source");
  });

  test("changes nothing at a second up", async () => {
    const result = await lab(
      ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--color", "never"],
      120,
    );
    expect(result.exitCode, result.all).toBe(0);
    expect(result.all).toMatch(/Resources:\s+\d+ unchanged\n/);
  });

  test("keeps its secrets encrypted in the state", async () => {
    const exported = await lab(["pulumi", "stack", "export"], 60);
    expect(exported.stdout).toContain('"ciphertext"');
    expect(exported.all).not.toContain("OPENSSH PRIVATE KEY");
  });

  test("moves the guest back when the program says source", async () => {
    const result = await up("-c", "guestRunsOn=source");
    expect(result.migration).toMatchObject({ moved: true, from: "target", runningOn: "source" });
    expect(result.migration?.proofs.every(({ verdict }) => verdict === "proved")).toBe(true);
  });

  test("sees a guest that somebody moved by hand, and brings it back", { tags: "long" }, async () => {
    const byHand = await lab(
      ["ssh", "source", "virsh migrate --live --persistent --undefinesource guest qemu+ssh://target/system"],
      180,
    );
    expect(byHand.exitCode, byHand.all).toBe(0);
    expect((await status()).guest.runningOn).toBe("target");
    const result = await up("-c", "guestRunsOn=source", "--refresh");
    expect(result.migration).toMatchObject({ moved: true, from: "target", runningOn: "source" });
    expect((await status()).guest.runningOn).toBe("source");
  });

  test("mounts the share again after a host's reboot", { tags: "long" }, async () => {
    const boot = async () =>
      (await lab(["ssh", "target", "cat /proc/sys/kernel/random/boot_id"], 60)).stdout.trim();
    const earlier = await boot();
    await lab(["ssh", "target", "systemctl reboot"], 60);
    const mounted = async () => {
      const inspection = await lab(
        [
          "ssh",
          "target",
          "findmnt -no SOURCE,FSTYPE /var/lib/libvirt/images; cat /proc/sys/kernel/random/boot_id",
        ],
        60,
      );
      return inspection.stdout.includes("nfs:/migration nfs4") && !inspection.stdout.includes(earlier);
    };
    const limit = performance.now() + 240_000;
    while (!(await mounted()) && performance.now() < limit) await sleep(2_000);
    expect(await mounted()).toBe(true);
  });

  test("leaves nothing when it is taken down: no process, mount, file or change in the work tree", async () => {
    expect((await lab(["down", stack], 120)).exitCode).toBe(0);
    expect(await traces()).toEqual([]);
    expect(await exists(labDir(stack))).toBe(false);
    expect(await gitStatus()).toBe(before);
  });
});
