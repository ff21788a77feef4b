// @module-tag long
import { afterAll, beforeAll, expect, test } from "vitest";
import { isExplained } from "./explained-differences";
import { Inside, type Server } from "./inside";
import { lab, stack } from "./lab-command";
import { differences, type Facts, factsOf } from "./server-facts";
import { cutPower } from "./servers-power";

const servers: readonly Server[] = ["nfs", "source", "target"];

async function facts(): Promise<Map<Server, Facts>> {
  const inside = await Inside.open();
  try {
    const found = new Map<Server, Facts>();
    for (const server of servers) found.set(server, await factsOf(inside, server));
    return found;
  } finally {
    inside.close();
  }
}

let built: Map<Server, Facts>;
let booted: Map<Server, Facts>;

beforeAll(async () => {
  await lab(["down", stack], 120);
  const first = await lab(["up", stack, "-c", "guestRunsOn=source"], 900);
  expect(first.exitCode, first.all).toBe(0);
  built = await facts();
  await cutPower(...servers);
  const again = await lab(["up", stack, "-c", "guestRunsOn=source"], 900);
  expect(again.exitCode, again.all).toBe(0);
  booted = await facts();
});
afterAll(async () => {
  await lab(["down", stack], 120);
});

test.each(servers)("%s is after a boot what it was when it was built", (server) => {
  const [before, after] = [built.get(server), booted.get(server)];
  if (!before || !after) throw new Error(`nothing is known of ${server}`);
  expect(before.size).toBeGreaterThan(10);
  const left = differences(before, after).filter((line) => !isExplained(line));
  expect(left, left.join("\n")).toEqual([]);
});

test.each(["source", "target"] as const)("%s can run guests by KVM after a boot", (server) => {
  expect(booted.get(server)?.get("devices")).toContain("./kvm");
  expect(booted.get(server)?.get("libvirt")?.join("\n")).toContain("<domain>kvm</domain>");
});
