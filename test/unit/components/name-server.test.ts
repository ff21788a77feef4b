import { beforeAll, describe, expect, it } from "vitest";
import { promised, record } from "./recorded-lab";
import type { RecordedProgram } from "./recorded-program";

type Recorded = Awaited<ReturnType<typeof record>>;
const waitsFor = (program: RecordedProgram, type: string, name: string) =>
  program.waitsFor(program.find(type, name));

describe("a lab with a name server", () => {
  let program: Recorded;
  beforeAll(async () => {
    program = await record({ names: "dns", hosts: ["source", "target", "third"], guestName: "web" });
  });

  it("has a record of each server and of the guest, and one resolv.conf for all", () => {
    const { stdin } = program.find("Command", "name-server").inputs;
    const records = ["2 nfs", "3 source", "4 target", "5 third", "50 web"].map(
      (end) => `10.77.0.${end}.lab.internal`,
    );
    expect(stdin).toContain(`'${records.join("\n")}' 10.77.0.2\n`);
    for (const server of ["nfs", "source", "target", "third"]) {
      const script = String(program.find("Command", `host-names-${server}`).inputs.stdin);
      expect(script).toContain("search lab.internal\nnameserver 10.77.0.2\n");
      expect(script.includes("Waits until the name nfs can be resolved")).toBe(server !== "nfs");
    }
  });

  it("has the same resources for the engine as one with hosts files, so that it goes from one to the other in place", async () => {
    const hosts = await record({});
    const of = (lab: Recorded) => {
      const { name, type, parent } = lab.find("Command", "host-names-source");
      const component = lab.resources.find((resource) => resource.name === "host-names");
      return { name, type, parent, component: component?.type };
    };
    expect(of(program)).toEqual(of(hosts));
    expect(hosts.all("Command").map(({ name }) => name)).not.toContain("name-server");
  });

  it("uses no name before the name server has it, and breaks nothing before all is there", () => {
    for (const user of ["kvm-source", "kvm-third-libvirt"])
      expect(waitsFor(program, "Command", user)).toContain("Command name-server");
    expect(waitsFor(program, "Command", "broken-nfs")).toEqual(
      expect.arrayContaining(["Command kvm-source", "Command kvm-third"]),
    );
    expect(waitsFor(program, "Migration", "migration")).toContain("Command broken-nfs");
  });

  it("lets root log in by the whole name, too, and tells where the names are", async () => {
    const { stdin } = program.find("Command", "host-trust-source").inputs;
    expect(stdin).toContain("Match localuser root host target,target.lab.internal,10.77.0.4\n");
    expect(await promised(program.result.names)).toMatchObject({ server: "nfs", domain: "lab.internal" });
  });
});
