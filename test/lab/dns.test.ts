import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type BreakWord, breaks, breakWords } from "../../stacks/breaks";
import { Inside, type Server } from "./inside";
import { jsonOf, lab, stack } from "./lab-command";
import { cutPower, restartFromInside } from "./servers-power";

const proof = z.object({ name: z.string(), verdict: z.string() });
const upResult = z.object({
  guest: z.object({ runningOn: z.string() }),
  migration: z.object({ command: z.string(), moved: z.boolean(), proofs: z.array(proof) }),
});
const servers = ["nfs", "source", "target"] as const;
const names = ["nfs", "source", "target", "guest"] as const;

let inside: Inside;

/** `./lab up` of the tests' lab with a name server, or with hosts files. */
async function up(guestRunsOn: string, kind: "hosts" | "dns" = "dns", ...words: string[]) {
  const settings = ["-c", `names=${kind}`, "-c", `guestRunsOn=${guestRunsOn}`, ...words];
  const result = await lab(["up", stack, "--json", ...settings], 900);
  expect(result.exitCode, result.all).toBe(0);
  return upResult.parse(jsonOf(result));
}

/** What a command prints on each server. */
async function onEach(command: string, on: readonly Server[] = servers): Promise<string[]> {
  return Promise.all(on.map(async (server) => (await inside.on(server, command)).trim()));
}

/** The addresses that a server resolves all names to, and the names that it resolves the addresses to. */
const resolved = (...wanted: readonly string[]) =>
  `for name in ${wanted.join(" ")}; do getent hosts "$name" | awk '{ print $1, $2 }'; done`;

async function expectNames(): Promise<void> {
  const { addresses } = inside;
  const lines = names.map((name) => `${addresses[name]} ${name}.lab.internal`).join("\n");
  expect(await onEach(resolved(...names))).toEqual([lines, lines, lines]);
  const reverse = resolved(...names.map((name) => addresses[name]));
  expect(await onEach(reverse)).toEqual([lines, lines, lines]);
}

beforeAll(async () => {
  await lab(["down", stack], 120);
  await up("source");
  inside = await Inside.open();
}, 1_200_000);
afterAll(async () => {
  inside?.close();
  await lab(["down", stack], 120);
});

describe("a lab with a name server", () => {
  test("has all names there, forward and reverse, and none in a hosts file", async () => {
    await expectNames();
    for (const text of await onEach("cat /etc/hosts")) expect(text).not.toMatch(/nfs|source|target|guest/);
    expect((await lab(["status", stack], 60)).all).toContain(
      "names by DNS: dnsmasq on nfs, lab.internal (active)",
    );
  });

  test("has nothing forwarded, and no name that is not there waited for", async () => {
    const ask = "dig +tries=1 +time=2 debian.org nowhere.lab.internal nowhere | grep -o 'status: [A-Z]*'";
    const told = ["NXDOMAIN", "NXDOMAIN", "NXDOMAIN"].map((status) => `status: ${status}`).join("\n");
    expect(await onEach(ask)).toEqual([told, told, told]);
  });

  const causes: Partial<Record<BreakWord, RegExp>> = {
    "dns-wrong": /on source, target is (\S+) \(its name server \S+ says so\)/,
    "dns-missing": /name server \S+ answers, and has no record of target/,
    "dns-stale": /on source, target is \S+\.62 \(its name server \S+ says so\)/,
    "dns-search": /completed with lab\.invalid there, and with lab\.internal on target/,
    "dns-silent": /the name server \S+ is silent/,
    "dns-down": /nothing listens on port 53 of the name server/,
    "name-wrong": /its hosts file: "\S+ target # wrong-name"/,
  };

  test("has each way of breaking it tried", () => {
    const ofDns = breakWords.filter((word) => word.startsWith("dns-"));
    expect(Object.keys(causes).sort()).toEqual([...ofDns, "name-wrong"].sort());
  });

  const tries = Object.entries(causes) as [BreakWord, RegExp][];
  const core = new Set<string>(["dns-down"]);
  for (const [word, cause] of tries)
    test(
      `${word} is refused with ${breaks[word].code} and its cause`,
      core.has(word) ? {} : { tags: "long" },
      async () => {
        const settings = ["-c", "names=dns", "-c", "guestRunsOn=target", "-c", `break=${word}`];
        const { exitCode, all } = await lab(["up", stack, ...settings], 300);
        expect(exitCode, all).toBe(1);
        expect(all).toContain(breaks[word].code);
        // A terminal's lines are broken between words.
        expect(all.replace(/\s+/g, " ")).toMatch(cause);
      },
    );

  test("is fixed when nothing is to be broken, and its guest moves by name", async () => {
    const { guest, migration } = await up("target");
    expect(guest.runningOn).toBe("target");
    expect(migration.command).toContain("qemu+ssh://target/system");
    expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
    await expectNames();
  });

  test("knows its names again after the name server booted", { tags: "long" }, async () => {
    await restartFromInside("nfs");
    await up("target");
    await expectNames();
    expect((await inside.on("nfs", "systemctl is-enabled dnsmasq")).trim()).toBe("enabled");
  });

  test("has its share by name again when all servers lost power at once", { tags: "long" }, async () => {
    await cutPower(...servers);
    await up("source");
    await expectNames();
    const mounted = "findmnt -n -o SOURCE /var/lib/libvirt/images";
    expect(await onEach(mounted, ["source", "target"])).toEqual(["nfs:/migration", "nfs:/migration"]);
  });
});

test("a lab goes back to hosts files while it runs, and nothing of the name server is left", {
  tags: "long",
}, async () => {
  const { guest, migration } = await up("source", "hosts");
  expect(guest.runningOn).toBe("source");
  if (migration.moved) expect(migration.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
  const { addresses } = inside;
  const lines = servers.map((name) => `${addresses[name]} ${name} # kvm-migration-lab`).join("\n");
  expect(await onEach("grep -v localhost /etc/hosts")).toEqual([lines, lines, lines]);
  const left =
    "cat /etc/resolv.conf; ls -d /etc/dnsmasq* /etc/resolv.conf.* /etc/systemd/system/*names* 2> /dev/null || true";
  expect(await onEach(left)).toEqual(["", "", ""]);
  expect((await inside.attempt("nfs", "systemctl is-active dnsmasq")).stdout.trim()).toBe("inactive");
});

test("and to a name server once more, with a host that was not there before", { tags: "long" }, async () => {
  await up("third", "dns", "-c", "hosts=source,target,third");
  await expectNames();
  const [line] = await onEach(resolved("third"), ["source"]);
  expect(line).toMatch(/ third\.lab\.internal$/);
});
