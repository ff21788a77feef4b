import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import { HostPool } from "../../provider/host/host-pool";
import { jsonOf, lab, stack } from "./lab-command";

const proof = z.object({ name: z.string(), verdict: z.string() });
const upResult = z.object({
  guest: z.object({ runningOn: z.string() }),
  migration: z.object({ command: z.string(), proofs: z.array(proof) }),
});
const three = ["-c", "hosts=source,target,third"];

async function up(...words: string[]) {
  const result = await lab(["up", stack, "--json", ...words], 600);
  expect(result.exitCode, result.all).toBe(0);
  return upResult.parse(jsonOf(result));
}

/** What a shell on each of the lab's servers answers. */
async function onEach(command: string): Promise<Record<string, string>> {
  const { hosts } = await knownLab(labStack(stack));
  const pool = new HostPool();
  try {
    const answers = hosts.map(async (host) => {
      const limits = { timeoutMs: 30_000, signal: AbortSignal.timeout(60_000) };
      return [host.name, (await pool.run(host, command, limits)).stdout.trim()] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  } finally {
    pool.close();
  }
}

describe("a lab with a third host", () => {
  beforeAll(async () => {
    await lab(["down", stack], 120);
    await up("-c", "guestRunsOn=source");
  });
  afterAll(async () => {
    await lab(["down", stack], 120);
  });

  test("gets it while it runs, and its guest moves there", async () => {
    const { guest, migration } = await up(...three, "-c", "guestRunsOn=third");
    expect(guest.runningOn).toBe("third");
    expect(migration.command).toContain("qemu+ssh://third/system");
    expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
  });

  test("has every server know the others, and the share on each host", async () => {
    const names = "getent ahostsv4 nfs source target third | awk '/STREAM/ { print $1 }' | tr '\\n' ' '";
    const addresses = "10.77.0.2 10.77.0.3 10.77.0.4 10.77.0.5";
    expect(Object.values(await onEach(names))).toEqual([addresses, addresses, addresses, addresses]);
    const shares = await onEach("findmnt -n -o SOURCE /var/lib/libvirt/images; hostname");
    expect(shares.third).toBe("nfs:/migration\nthird");
    const status = await lab(["status", stack], 60);
    expect(status.all).toMatch(/third .*nfs:\/migration/);
  });

  test("keeps it as long as it has the guest", { tags: "long" }, async () => {
    const refused = await lab(["up", stack, "-c", "guestRunsOn=source"], 300);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.all).toContain("KVM-926 on third");
    expect(refused.all).toContain("it is running there");
    expect(refused.all).toContain(`./lab up ${stack} -c hosts=source,target,third -c guestRunsOn=source`);
    expect(Object.values(await onEach("virsh list --name"))).toContain("guest");
  });

  test("is not built in another order", { tags: "long" }, async () => {
    const refused = await lab(["up", stack, "-c", "hosts=target,source", "-c", "guestRunsOn=source"], 300);
    expect(refused.all).toContain("KVM-928");
  });

  test("lets it go when the guest is elsewhere", { tags: "long" }, async () => {
    const { guest } = await up(...three, "-c", "guestRunsOn=target");
    expect(guest.runningOn).toBe("target");
    await up("-c", "guestRunsOn=target");
    expect(Object.keys(await onEach("true"))).toEqual(["nfs", "source", "target"]);
    expect((await onEach("virsh list --name")).target).toBe("guest");
  });
});
