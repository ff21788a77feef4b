import { describe, expect, test } from "vitest";
import { evaluate } from "../../../../provider/preflight/evaluate";
import { parseVolumes } from "../../../../provider/preflight/facts/mounted-volumes";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { codes, facts, found } from "./sample-facts";
import { disk as path } from "./sample-texts";

const gfid = "9c3b2c4e-7a51-4a0e-b1f2-0d7f3c1f8a55";
type State = "up" | "down" | "silent";
const volume = (states: readonly State[] = ["up", "up", "up"], name = "migration", id = gfid) =>
  [
    `path ${path}`,
    `mounted 10.77.0.2:/${name} /var/lib/libvirt/images`,
    `gfid ${id}`,
    `replicas ${states.length}`,
    ...states.map((state, index) => `brick ${state} 10.77.0.${index + 2}:/migration/brick`),
  ].join("\n");
const lost = (server: string, connected: readonly string[] = []) =>
  [
    `path ${path}`,
    "mounted 10.77.0.2:/migration /var/lib/libvirt/images",
    `lost server-${server}`,
    ...connected.map((address) => `connected ${address}`),
  ].join("\n");
const onNothing = `path ${path}\n`;

/** The guest of the other samples, its disk on a volume, as both hosts see that. */
function seen(source: string, target: string): Partial<MoveFacts> {
  const { storage } = facts();
  return {
    storage: {
      source: { ...storage.source, volumes: parseVolumes(source) },
      target: { ...storage.target, volumes: parseVolumes(target) },
    },
  };
}
const fixOf = (changed: Partial<MoveFacts>) =>
  evaluate(facts(changed)).failures.map(({ facts: { fix } }) => fix);

describe("a disk on a volume of GlusterFS", () => {
  test("that both hosts have, with all bricks, moves, and its identity is told", () => {
    expect(codes(seen(volume(), volume()))).toEqual([]);
    expect(found("KVM-621", seen(volume(), volume()))).toContain(`gfid ${gfid} on migration on both hosts`);
    expect(found("KVM-646", seen(volume(), volume()))).toContain("target reaches 3 of the 3 bricks");
  });

  test("may be reached by another of the volume's servers", () => {
    const other = volume().replace("mounted 10.77.0.2", "mounted 10.77.0.4");
    expect(codes(seen(volume(), other))).toEqual([]);
  });

  test("that target has not mounted is refused, with the command that mounts it", () => {
    const changed = seen(volume(), onNothing);
    expect(codes(changed)).toEqual(["KVM-621"]);
    expect(found("KVM-621", changed)).toContain("on no volume on target");
    expect(fixOf(changed)).toEqual([
      "on target: mount -t glusterfs 10.77.0.2:/migration /var/lib/libvirt/images",
    ]);
  });

  test.each([
    ["another volume", volume(["up"], "other", ""), "on 10.77.0.2:/other on target"],
    ["another volume of this name", volume(["up"], "migration", "1".repeat(8)), "another file"],
  ])("under whose path target has another one is refused: %s", (_what, target, says) => {
    const changed = seen(volume(), target);
    expect(codes(changed)).toEqual(["KVM-621"]);
    expect(found("KVM-621", changed)).toContain(says);
    expect(fixOf(changed)[0]).toContain("umount /var/lib/libvirt/images; mount -t glusterfs");
  });

  test("moves with one brick of three lost, which is told", () => {
    const changed = seen(volume(["silent", "up", "up"]), volume(["silent", "up", "up"]));
    expect(codes(changed)).toEqual([]);
    expect(found("KVM-646", changed)).toContain(
      "source reaches 2 of the 3 bricks of migration: 10.77.0.2:/migration/brick is down, and its server is silent",
    );
  });

  test.each<[string, readonly State[], string]>([
    ["two servers are silent", ["silent", "up", "silent"], "systemctl status glusterd"],
    ["two bricks are down", ["down", "up", "down"], "gluster volume start migration force"],
    [
      "the volume is stopped",
      ["down", "down", "down"],
      "where it is stopped: gluster volume start migration",
    ],
    ["of two the first is lost", ["down", "up"], "gluster volume status migration"],
  ])("is refused without a quorum on target: %s", (_what, states, fix) => {
    const changed = seen(volume(), volume(states));
    expect(codes(changed)).toEqual(["KVM-646"]);
    expect(found("KVM-646", changed)).toContain("target reaches");
    expect(fixOf(changed)[0]).toContain(fix);
  });

  test.each([
    [
      "two bricks are cut off",
      lost("answers", ["10.77.0.4"]),
      "target reaches 1 of the 3 bricks",
      "nft list ruleset",
    ],
    ["all are", lost("answers"), "target reaches 0 of the 3 bricks", "where it is stopped"],
    [
      "its server too",
      lost("silent"),
      "10.77.0.3:/migration/brick is not connected",
      "systemctl status glusterd",
    ],
  ])("is refused where target has lost its volume: %s", (_what, target, says, fix) => {
    const changed = seen(volume(), target);
    expect(codes(changed)).toEqual(["KVM-646"]);
    expect(found("KVM-646", changed)).toContain(says);
    expect(fixOf(changed)[0]).toContain(fix);
  });

  test("is refused where both have lost it: a volume that is stopped", () => {
    const changed = seen(lost("answers"), lost("answers"));
    expect(found("KVM-646", changed)).toContain("target has lost the volume migration, and reaches none");
    expect(fixOf(changed)[0]).toContain("where it is stopped: gluster volume start migration");
  });

  test("has a quorum with half of two, the first; not with a whole set of copies lost", () => {
    expect(codes(seen(volume(), volume(["up", "down"])))).toEqual([]);
    const sets = volume(["up", "up", "up", "down", "down", "up"]).replace("replicas 6", "replicas 3");
    expect(codes(seen(volume(), sets))).toEqual(["KVM-646"]);
  });
});

test("a guest on another storage has nothing to say of bricks", () => {
  expect(evaluate(facts()).evaluations.find(({ code }) => code === "KVM-646")?.verdict).toBe("pass");
});

test("what was told of several files is kept apart, and a state that is none is left out", () => {
  const told = parseVolumes(`${onNothing}${volume(["up"]).replace(path, "/other file")}\nbrick lame x:/y\n`);
  expect([...told.keys()]).toEqual(["/other file"]);
  expect(told.get("/other file")).toEqual({
    source: "10.77.0.2:/migration",
    mountPoint: "/var/lib/libvirt/images",
    gfid,
    replicas: 1,
    lost: undefined,
    bricks: [{ state: "up", name: "10.77.0.2:/migration/brick" }],
  });
});
