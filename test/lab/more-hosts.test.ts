import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import { HostPool } from "../../provider/host/host-pool";
import { jsonOf, lab, stack } from "./lab-command";

const proof = z.object({ name: z.string(), verdict: z.string() });
const placed = z.object({
  guest: z.object({ name: z.string(), runningOn: z.string() }),
  migration: z.object({ moved: z.boolean(), command: z.string(), proofs: z.array(proof) }),
});
const upResult = placed.extend({ guests: z.array(placed) });
const three = ["-c", "hosts=source,target,third"];
const unproved = ({ migration }: z.output<typeof placed>) =>
  migration.proofs.filter(({ verdict }) => verdict !== "proved");

/** The lab's guest and another one, each where it should run. */
const guests = (guest: string, web: string) => [
  "-c",
  `guests=${JSON.stringify([
    { name: "guest", startsOn: "source", runsOn: guest },
    { name: "web", startsOn: "target", runsOn: web },
  ])}`,
];

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
    const told = await up(...three, "-c", "guestRunsOn=third");
    expect(told.guest.runningOn).toBe("third");
    expect(told.migration.command).toContain("qemu+ssh://third/system");
    expect(unproved(told)).toEqual([]);
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

  test("has a second guest built beside the first, which runs on meanwhile", async () => {
    const process = async () => (await onEach("cat /run/libvirt/qemu/guest.pid || true")).third;
    const before = await process();
    const { guests: told } = await up(...three, ...guests("third", "target"));
    expect(told.map(({ guest }) => guest)).toMatchObject([
      { name: "guest", runningOn: "third" },
      { name: "web", runningOn: "target" },
    ]);
    expect(before).toMatch(/^\d+$/);
    expect(await process()).toBe(before);
  });

  test("has both move in one run, each with its own proofs", async () => {
    const { guests: told } = await up(...three, ...guests("source", "third"));
    expect(told.map(({ migration }) => migration.moved)).toEqual([true, true]);
    expect(told.flatMap(unproved)).toEqual([]);
    const status = await lab(["status", stack], 60);
    expect(status.all).toMatch(/^guest runs on source/m);
    expect(status.all).toMatch(/^web runs on third/m);
    const preflight = await lab(["preflight", stack, "--guest", "web", "--to", "source", "--json"], 60);
    expect(jsonOf(preflight)).toMatchObject({ guest: "web", from: "third", to: "source", passed: true });
  });

  test("keeps it as long as it has a guest", { tags: "long" }, async () => {
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

  test("lets it go when its guest is on no list any more", { tags: "long" }, async () => {
    const { guest } = await up(...three, "-c", "guestRunsOn=target");
    expect(guest.runningOn).toBe("target");
    await up("-c", "guestRunsOn=target");
    expect(Object.keys(await onEach("true"))).toEqual(["nfs", "source", "target"]);
    expect((await onEach("virsh list --name")).target).toBe("guest");
  });
});
