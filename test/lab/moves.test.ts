import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MigrationOptionsInput } from "../../provider/migrate/options";
import { freshLab } from "./fresh-lab";
import type { Inside, Server } from "./inside";
import { expectOneWhole, nextDirection, refused, up, upDuring } from "./moving";

let inside: Inside;

beforeAll(async () => {
  inside = await freshLab();
  await inside.on("source", "virsh autostart guest");
}, 900_000);
afterAll(() => inside?.close());

/** The link that libvirt leaves behind in every move is where the guest is, and nothing in the guest says any more that it is on its way. */
async function expectAutostartOn([host]: readonly Server[]): Promise<void> {
  const links = (server: Server) => inside.on(server, "ls /etc/libvirt/qemu/autostart 2> /dev/null || true");
  const [source, target] = await Promise.all([links("source"), links("target")]);
  expect({ source: source.trim(), target: target.trim() }).toEqual({
    source: host === "source" ? "guest.xml" : "",
    target: host === "target" ? "guest.xml" : "",
  });
  const marked = "virsh dumpxml guest | grep -c urn:kvmlab:move || true";
  expect((await inside.on(host ?? "source", marked)).trim()).toBe("0");
}

async function moveOver(migrationOptions: MigrationOptionsInput) {
  const before = await inside.truth();
  const { to } = nextDirection(before);
  const { migration } = await up({ guestRunsOn: to, migrationOptions });
  const after = await inside.truth();
  expectOneWhole(before, after);
  expect(after.runningOn).toEqual([to]);
  expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
  await expectAutostartOn([to]);
  // libvirt's figures, also of a way of moving after which it forgets them.
  for (const figure of ["jobTimeMs", "downtimeMs", "dataMovedMiB"] as const) {
    expect(migration[figure], figure).toBeGreaterThan(0);
  }
  return migration;
}

describe("every way of moving that QEMU 7.2 has under emulation", () => {
  const movesBy = async (options: MigrationOptionsInput, words: string) =>
    expect((await moveOver(options)).command).toContain(words);

  test.each<[string, MigrationOptionsInput, string]>([
    ["post-copy", { mode: "postCopy" }, "--postcopy --postcopy-after-precopy"],
    ["carried by the client", { transport: "client" }, "virsh migrate --live --persistent"],
  ])("%s", (_name, options, words) => movesBy(options, words));

  describe("and these", { tags: "long" }, () => {
    test.each<[string, MigrationOptionsInput, string]>([
      ["paused", { mode: "paused" }, "virsh migrate --p2p --persistent"],
      ["hybrid", { mode: "hybrid" }, "--live --postcopy"],
      ["tunnelled", { tunnelled: true }, "--p2p --persistent --undefinesource --verbose --tunnelled"],
      [
        "auto-converge, xbzrle",
        {
          autoConverge: { initialPercent: 30, incrementPercent: 20 },
          compression: { methods: ["xbzrle"] },
        },
        "--auto-converge-initial 30",
      ],
      ["threads", { compression: { methods: ["mt"], mtLevel: 1 } }, "--comp-mt-level 1"],
    ])("%s", (_name, options, words) => movesBy(options, words));
  });

  test("parallel, limited, by an address of its own", { tags: "long" }, async () => {
    const dataAddress = inside.addresses[nextDirection(await inside.truth()).to];
    const { command } = await moveOver({
      ...{ dataAddress, parallelConnections: 2 },
      ...{ bandwidthMiBps: 64, maxDowntimeMs: 900 },
    });
    expect(command).toContain(`--migrateuri tcp://${dataAddress}`);
    expect(command).toContain("--parallel-connections 2");
    expect(command).toContain("--bandwidth 64");
  });
});

describe("a guest that writes faster than the link carries", () => {
  const slow = { bandwidthMiBps: 8, progressSeconds: 1 };
  const impatient = { noProgressSeconds: 4 };
  beforeAll(() => inside.load(64));
  afterAll(() => inside.load(0));

  test("stays where it is when the policy is to abort", { tags: "long" }, async () => {
    const before = await inside.truth();
    const migrationOptions = { ...slow, convergence: { ...impatient, action: "abort" as const } };
    await refused({ guestRunsOn: nextDirection(before).to, migrationOptions }, "KVM-613");
    const after = await inside.truth();
    expectOneWhole(before, after);
    expect(after.runningOn).toEqual(before.runningOn);
    await expectAutostartOn(before.runningOn);
  });

  test("is suspended until it has arrived", { tags: "long" }, async () => {
    await moveOver({ ...slow, convergence: { ...impatient, action: "pause" } });
  });

  test("goes on at the target before all of it is there", async () => {
    await moveOver({ ...slow, mode: "hybrid", convergence: { ...impatient, action: "postCopy" } });
  });

  test("is given more downtime, step by step", { tags: "long" }, async () => {
    const force = { action: "force" as const, forceStepSeconds: 2, maxDowntimeCeilingMs: 60_000 };
    await moveOver({ ...slow, convergence: { ...impatient, ...force } });
  });
});

test("Ctrl-C during the copy leaves the guest running where it was", async () => {
  const before = await inside.truth();
  const result = await upDuring(
    { guestRunsOn: nextDirection(before).to, migrationOptions: { bandwidthMiBps: 4 } },
    async (running) => running.kill("SIGINT"),
  );
  expect(result.exitCode, result.all).toBe(130);
  const after = await inside.truth();
  expectOneWhole(before, after);
  expect(after.runningOn).toEqual(before.runningOn);
});
