import { expect, test } from "vitest";
import type { RunResult } from "../../../../provider/host/remote-shell";
import type { VirshAnswer } from "../../../../provider/host/virsh-session";
import { migrationInputs } from "../../../../provider/resources/inputs";
import { migration } from "../../../../provider/resources/migration";
import { guest, SimulatedHosts } from "../../../simulator/simulated-hosts";
import { SimulatedPool } from "../../../simulator/simulated-pool";
import { AgentPool, linux } from "../verify/scripted-agent";

const one = guest(1, 100);

/** Hosts whose guest has an agent: the look at its definition says so, and virsh hands commands on to it. */
class HostsWithAgent extends SimulatedPool {
  readonly agent = new AgentPool(linux("100.00 1.00\n"));

  override async virsh(...asked: Parameters<SimulatedPool["virsh"]>): Promise<VirshAnswer[]> {
    // The virsh that is left to this pool's own way is the agent's.
    const answers = await this.deployer.pool.virsh(...asked);
    const xml = "<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>";
    const withAgent = (out: string) =>
      out.replace("</devices>", `<channel type='unix'>${xml}</channel></devices>`);
    return answers.map(({ out, err }) => ({ out: withAgent(out), err }));
  }

  override async run(...[host, command, options]: Parameters<SimulatedPool["run"]>): Promise<RunResult> {
    if (command.endsWith("; virsh 2>&1")) return this.agent.run(host, command, options);
    const result = await super.run(host, command, options);
    if (this.world.asked.length > 0) this.agent.agent = linux("100.70 1.20\n");
    return result;
  }
}

test("a guest without a probe is proved by its agent, asked on the host that has it", async () => {
  const hosts = new SimulatedHosts().host("a", 900, { one }).host("b", 300);
  const pool = new HostsWithAgent(hosts.world, hosts.deployer);
  const inputs = migrationInputs.parse({
    ...migration.defaults,
    guest: one.uuid,
    hosts: hosts.connections,
    to: "b",
    options: { newName: "mail" },
  });
  const { state } = await migration.create(inputs, { ...hosts.operation(), pool });
  const told = new Map(state.proofs.map(({ name, verdict, facts }) => [name, `${verdict}: ${facts}`]));
  for (const name of ["same-boot", "counter-continuous", "filesystem-clean"])
    expect(told.get(name)).toMatch(/^proved: .*, by the guest agent$/);
  expect(told.get("counter-continuous")).toContain("up for 100.0 s before, 100.7 s after: 0.7 s in the 0.");
  expect(told.get("connection-kept")).toMatch(/^unproved: no probe and observer are given/);
  expect(pool.agent.sessions).toEqual(["a: virsh 2>&1", "b: virsh 2>&1"]);
});
