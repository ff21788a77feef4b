import { describe, expect, it } from "vitest";
import { promised, record } from "./recorded-lab";

describe("a lab of several guests", () => {
  const guests = [
    { name: "web", startsOn: "source", runsOn: "target" },
    {
      name: "db",
      memoryMiB: 96,
      startsOn: "target",
      runsOn: "source",
      migrationOptions: { mode: "postCopy" },
    },
  ];

  it("has a guest and a migration for each of them, under its own name", async () => {
    const program = await record({ guests });
    const db = program.find("kvmlab:index:Migration", "migration-db");
    expect(db.inputs).toMatchObject({ to: "source", options: { mode: "postCopy" } });
    expect(program.find("kvmlab:index:Migration", "migration-web").inputs).toMatchObject({ to: "target" });
    const definition = String(program.find("kvmlab:index:Guest", "guest-db").inputs.definition);
    expect(definition).toContain("<name>db</name>");
    expect(definition).toContain('<memory unit="MiB">96</memory>');
    expect(definition).toContain("/var/lib/libvirt/images/db/disk.qcow2");
    const web = String(program.find("kvmlab:index:Guest", "guest-web").inputs.definition);
    const uuidOf = (text: string) => /<uuid>(.*)<\/uuid>/.exec(text)?.[1];
    expect(uuidOf(web)).not.toBe(uuidOf(definition));
    const told = await promised(program.result.guests);
    expect(told).toMatchObject([
      { guest: { name: "web" } },
      { guest: { name: "db", address: "10.77.0.51" } },
    ]);
  });

  it("tells of the first one as of the only guest of another lab", async () => {
    const { result } = await record({ guests });
    expect(await promised(result.guest)).toMatchObject({ name: "web", address: "10.77.0.50" });
  });
});
