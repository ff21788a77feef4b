import { describe, expect, it } from "vitest";
import { record } from "./recorded-lab";

describe("a lab with GlusterFS", () => {
  const servers = ["nfs", "source", "target"];
  const hosts = ["source", "target", "third"];

  it("has a brick on nfs and on its first two hosts, which know each other from the start", async () => {
    const program = await record({ storage: "glusterfs", hosts });
    const pool = program.all("Command").filter(({ name }) => name.startsWith("glusterfs-volume-pool-"));
    expect(pool.map(({ name }) => name.slice(22))).toEqual(servers);
    const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}/g;
    const known = pool.map(({ inputs }) => String(inputs.stdin).match(uuid) ?? []);
    expect(known[0]).toHaveLength(3);
    for (const uuids of known) expect([...uuids].sort()).toEqual([...(known[0] ?? [])].sort());
    expect(new Set(known.map(([own]) => own)).size).toBe(3);
    const volume = program.find("Command", "glusterfs-volume");
    expect(volume.inputs.stdin).toContain(
      "set -- migration /migration/brick '' 10.77.0.2 10.77.0.3 10.77.0.4\n",
    );
    expect(program.waitsFor(volume)).toEqual(
      expect.arrayContaining(servers.map((server) => `Command glusterfs-volume-pool-${server}`)),
    );
  });

  it("mounts the volume on each host, by any of the three servers", async () => {
    const program = await record({ storage: "glusterfs", hosts });
    for (const host of hosts) {
      const { inputs } = program.find("Command", `kvm-${host}`);
      expect(inputs.stdin).toContain(
        "10.77.0.2:/migration /var/lib/libvirt/images glusterfs rw,noatime,backup-volfile-servers=10.77.0.3:10.77.0.4,_netdev",
      );
      const brick = host === "third" ? "''" : "/migration/brick";
      expect(inputs.stdin).toContain(`10.77.0.2:/migration br0 ${brick}\n`);
      expect(program.waitsFor(program.find("Command", `kvm-${host}`))).toContain("Command glusterfs-volume");
    }
  });

  it("has the guest's disk as a file on it, and its files there before it starts", async () => {
    const program = await record({ storage: "glusterfs" });
    const guest = program.find("Guest", "guest");
    expect(guest.inputs.definition).toMatch(
      /<disk type="file"[\s\S]*type="qcow2" cache="none"[\s\S]*<source file="\/var\/lib\/libvirt\/images\/guest\/disk\.qcow2"\/>/,
    );
    expect(program.waitsFor(guest)).toContain("Command guest-on-volume");
    const names = program.all("Command").map(({ name }) => name);
    expect(names).not.toContain("nfs-share");
  });
});
