import { describe, expect, test } from "vitest";
import type { AgentChannel } from "../../../../provider/host/agent-answers";
import { AgentWitness } from "../../../../provider/verify/agent-witness";
import { connection } from "../../../simulator/simulated-hosts";
import { AgentPool, bootId, linux, type ScriptedAgent } from "./scripted-agent";

const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";
const seen = (agent?: AgentChannel, state = "running") => ({
  host: "source",
  list: [],
  domains: [],
  domain: { name: "guest", uuid, state, persistent: true, ...(agent && { agent }) },
});

function witness(agent: ScriptedAgent) {
  const pool = new AgentPool(agent);
  const context = { pool, signal: new AbortController().signal, pauseMs: 1 };
  return { pool, asked: new AgentWitness(uuid, context) };
}

describe("the guest agent as a witness", () => {
  test("tells all of it by one virsh, and leaves no file open", async () => {
    const { pool, asked } = witness(linux("350735.47 234388.90\n"));
    expect(await asked.before(connection("source"), seen("connected"))).toMatchObject({
      bootId,
      uptimeMs: 350_735_470,
      clockMs: 1_795_455_022_123.4568,
      disks: [
        { device: "/dev/vda1", type: "ext4", readOnly: false, errors: 0 },
        { device: "/dev/vda15", type: "vfat", readOnly: false, errors: null, turnsReadOnly: true },
      ],
    });
    expect(pool.sessions).toEqual(["source: virsh 2>&1"]);
    expect(pool.left).toBe(0);
    expect(pool.lines[0]).toBe(
      `qemu-agent-command ${uuid} --timeout 5 '{"execute":"guest-file-open","arguments":{"path":"/proc/sys/kernel/random/boot_id","mode":"r"}}'`,
    );
    expect(asked.silence).toBeUndefined();
  });

  test.each([
    ["none", "running", "the guest has no channel for a guest agent"],
    ["disconnected", "running", "no guest agent is connected"],
    ["connected", "paused", "a guest agent cannot answer where its guest does not run"],
  ] as const)("is not asked: channel %s, guest %s", async (channel, state, silence) => {
    const { pool, asked } = witness(linux("1.00 1.00\n"));
    expect(await asked.before(connection("source"), seen(channel, state))).toBeUndefined();
    expect(asked.silence).toBe(silence);
    expect(pool.sessions).toEqual([]);
  });

  test("that does not respond is asked once before a move, and says so", async () => {
    const silent = "Guest agent is not responding: Guest agent not available for now";
    const { pool, asked } = witness({ silent });
    expect(await asked.before(connection("source"), seen("connected"))).toBeUndefined();
    expect(asked.silence).toBe(`the guest agent did not answer before the move: ${silent}`);
    expect(pool.lines.filter((line) => line.startsWith("qemu-agent-command"))).toHaveLength(1);
  });

  test("that libvirt has not found again after the move is asked once more", async () => {
    const { pool, asked } = witness({ silent: "Guest agent is not responding: not connected" });
    setTimeout(() => {
      pool.agent = linux("20.00 1.00\n");
    }, 5);
    const context = { ...asked.context, pauseMs: 20 };
    const patient = new AgentWitness(uuid, context);
    expect(await patient.after(connection("target"))).toMatchObject({ uptimeMs: 20_000 });
    expect(patient.silence).toBeUndefined();
    expect(pool.sessions.length).toBeGreaterThan(1);
  });

  test("that may open no file tells its clock, and why it tells no more", async () => {
    const { asked } = witness({ ...linux("1.00 1.00\n"), blocked: ["guest-file-open"] });
    const refused = { missing: "guest-file-open: Command guest-file-open has been disabled" };
    expect(await asked.before(connection("source"), seen("connected"))).toMatchObject({
      bootId: refused,
      uptimeMs: refused,
      disks: refused,
      clockMs: expect.any(Number),
    });
  });

  test("of a Windows guest knows no /proc", async () => {
    const { asked } = witness({});
    const observation = await asked.before(connection("source"), seen("connected"));
    expect(observation?.bootId).toEqual({ missing: expect.stringContaining("failed to open file") });
    expect(observation?.clockMs).toEqual(expect.any(Number));
  });

  test("whose virsh breaks off is silent", async () => {
    const { pool, asked } = witness({});
    pool.run = async () => ({ stdout: "", stderr: "", exitCode: 1 });
    expect(await asked.before(connection("source"), seen("connected"))).toBeUndefined();
    expect(asked.silence).toBe("the guest agent did not answer before the move: virsh ended");
  });
});
