import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readExercise } from "../../course/read-exercises";
import { removeTestLab } from "./fresh-lab";
import { jsonOf, type LabResult, lab, stack } from "./lab-command";
import { noLab } from "./no-lab";

// The solution of an exercise is the test of its checks, and so is a wrong way of each step.

const resultsSchema = z.array(
  z.object({ step: z.string(), check: z.string(), verdict: z.string(), text: z.string() }),
);
const status = z.object({
  bare: z.boolean(),
  guest: z.object({ runningOn: z.string(), state: z.string() }),
  servers: z.array(z.object({ name: z.string(), answers: z.boolean(), guests: z.string() })),
});

interface WrongWay {
  readonly on: "nfs" | "source" | "target";
  readonly does: string;
  /** What its check must say, by the check's name. */
  readonly told: Readonly<Record<string, RegExp>>;
  readonly undone: string;
}

const images = "/var/lib/libvirt/images";
/** One a step, before its solution. */
const wrongWays: Readonly<Record<string, readonly WrongWay[]>> = {
  names: [
    {
      on: "source",
      does: "printf '%s\\n' '10.77.0.2 nfs' '10.77.0.3 source' '10.77.0.9 target' >> /etc/hosts",
      told: { "names-source": /On source .*\(target: 10\.77\.0\.9\)/ },
      undone: "sed -i '/^10\\.77/d' /etc/hosts",
    },
  ],
  export: [
    {
      on: "nfs",
      does: "echo '/migration 10.77.0.3(ro,no_subtree_check)' > /etc/exports; systemctl start nfs-server; exportfs -ra",
      told: {
        "nfs-at-boot": /not started at boot/,
        "exported-rw": /may not write/,
        "exported-to-root": /is nobody/,
      },
      undone: ": > /etc/exports; exportfs -ra; systemctl stop nfs-server",
    },
  ],
  mount: [
    {
      on: "source",
      does: `mount -t nfs4 nfs:/migration ${images}`,
      told: { "fstab-source": /forgets the mount/ },
      undone: `umount ${images}`,
    },
  ],
  guest: [
    {
      on: "source",
      does: "virsh define /root/guest/guest.xml",
      told: { "disk-on-share": /no guest\/disk\.qcow2 on the share/, running: /does not run/ },
      undone: "virsh undefine guest",
    },
  ],
  trust: [
    {
      on: "source",
      does: "ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519; ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new target true || true",
      told: { "logs-in": /Permission denied/ },
      undone: "rm -f /root/.ssh/id_ed25519 /root/.ssh/id_ed25519.pub /root/.ssh/known_hosts*",
    },
  ],
  move: [
    {
      on: "source",
      does: `virsh destroy guest; scp -q /root/guest/guest.xml target:/tmp/; ssh target 'virsh define /tmp/guest.xml && virsh start guest'`,
      told: { "moved-live": /not .* by a live move \(found: running \(booted\)\)/ },
      undone: "ssh target 'virsh destroy guest; virsh undefine guest'; virsh start guest",
    },
  ],
};

const experiment = readExercise("experiment");
const all = experiment.steps.flatMap(({ checks }) => checks).map(({ name }) => name);
/** The checks of the steps up to one. */
const upTo = (step: string) =>
  experiment.steps
    .slice(0, experiment.steps.findIndex(({ name }) => name === step) + 1)
    .flatMap(({ checks }) => checks)
    .map(({ name }) => name);

async function succeeds(args: readonly string[], limitSeconds = 300): Promise<LabResult> {
  const result = await lab(args, limitSeconds);
  expect(result.exitCode, result.all).toBe(0);
  return result;
}

async function checked(step?: string) {
  const began = performance.now();
  const result = await lab(["check", ...(step ? [step] : []), "--json", "--lang", "en"], 300);
  const results = resultsSchema.parse(jsonOf(result));
  const passed = results.filter(({ verdict }) => verdict === "passed").map(({ check }) => check);
  return { ...result, results, passed, seconds: (performance.now() - began) / 1000 };
}

describe("the experiment by hand, on bare servers", () => {
  beforeAll(async () => {
    await noLab();
    const started = await succeeds(["exercise", "start", "experiment", "--lab", stack, "--lang", "en"], 900);
    expect(started.stdout).toContain("10.77.0.2 nfs");
  });
  afterAll(removeTestLab);

  test("begins with servers that answer, and every check failing", async () => {
    const found = status.parse(jsonOf(await succeeds(["status", stack, "--json"])));
    expect(found.bare).toBe(true);
    expect(found.guest.runningOn).toBe("nowhere");
    expect(found.servers.map(({ answers, guests }) => [answers, guests])).toEqual(Array(3).fill([true, ""]));
    const { results, exitCode } = await checked();
    expect(results.filter(({ verdict }) => verdict !== "failed")).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test("the lab measures no move of a guest that is not its own, and sets nothing up for it", async () => {
    const result = await lab(["measure", stack], 60);
    expect([result.exitCode, result.stderr]).toEqual([1, expect.stringContaining("KVM-956")]);
    expect((await checked()).passed).toEqual([]);
  });

  test.each(experiment.steps.map(({ name, checks }) => [name, checks.length] as const))(
    "step %s: a wrong way is told, and its solution makes its checks pass, and no others",
    async (step, count) => {
      for (const way of wrongWays[step] ?? []) {
        await succeeds(["ssh", way.on, way.does]);
        const { results } = await checked(step);
        for (const [check, text] of Object.entries(way.told))
          expect(
            results.find((one) => one.check === check),
            JSON.stringify(results),
          ).toMatchObject({
            verdict: "failed",
            text: expect.stringMatching(text),
          });
        await succeeds(["ssh", way.on, way.undone]);
      }
      await succeeds(["solve", step]);
      if (count === 0) expect((await lab(["check", step])).exitCode).toBe(2);
      else {
        const own = await checked(step);
        expect(own.exitCode, JSON.stringify(own.results)).toBe(0);
        const again = await checked(step);
        console.log(`./lab check ${step}: ${again.seconds.toFixed(1)} s`);
      }
      const whole = await checked();
      expect(whole.passed, JSON.stringify(whole.results)).toEqual(upTo(step));
      expect(whole.exitCode).toBe(upTo(step).length === all.length ? 0 : 1);
    },
    600_000,
  );

  test("a step or an exercise of another name is wrong usage, which is 3", async () => {
    const result = await lab(["check", "exprot"]);
    expect([result.exitCode, result.stderr]).toEqual([3, expect.stringContaining("did you mean export?")]);
  });

  test("the definition that stayed on source starts no second guest on the same disk", async () => {
    const result = await lab(["ssh", "source", "virsh start guest"]);
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toMatch(/lock/);
  });

  test("start=ready takes over what was done by hand, and moves nothing", async () => {
    const result = await succeeds(
      ["up", stack, "-c", "start=ready", "-c", "guestRunsOn=target", "--json"],
      600,
    );
    expect(jsonOf(result)).toMatchObject({ guest: { runningOn: "target" }, migration: { moved: false } });
    const found = status.parse(jsonOf(await succeeds(["status", stack, "--json"])));
    expect(found).toMatchObject({ bare: false, guest: { runningOn: "target", state: "running" } });
    expect((await checked()).passed).toEqual(all);
  });

  test("and is not made bare again, and what check reads stays as it was", async () => {
    const result = await lab(["up", stack, "-c", "start=bare", "-c", "guestName=other"]);
    expect(result.stderr).toContain("KVM-950");
    expect((await checked()).passed).toEqual(all);
  });
});
