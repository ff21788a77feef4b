import { expect, test } from "vitest";
import { labOutputs, outputsSchema } from "../../../cli/access";
import { labStack } from "../../../cli/lab-stack";
import { Stages } from "../../../cli/stages";
import { describeMove, summary } from "../../../cli/summary";

/** As `pulumi stack output --json` gives it. */
const move = {
  runningOn: "target",
  moved: true,
  from: "source",
  totalTimeMs: 4_200,
  jobTimeMs: 2_100,
  downtimeMs: -1,
  dataMovedMiB: 61,
  proofs: [{ name: "same-boot", verdict: "proved", facts: "boot_id a before, a after" }],
  command: "virsh migrate --live guest qemu+ssh://target/system",
  migratedAt: "2026-11-23T10:00:00Z",
};
const migration = (given: object) => outputsSchema.shape.migration.parse(given);

test("what was waived stands below the proofs", () => {
  const waived = [{ code: "KVM-636", found: "target is 60.00 s ahead of source" }];
  const lines = describeMove({ migration: migration({ ...move, waived }) });
  expect(lines.at(-1)).toBe("Waived: KVM-636, target is 60.00 s ahead of source");
  expect(lines.join("\n")).toContain("downtime not known");
});

test("the outputs of a lab that knows no waivers are read all the same", () => {
  expect(describeMove({ migration: migration(move) }).join("\n")).not.toContain("Waived");
});

test("a name server is told, where there is one", () => {
  const outputs = (names: object) =>
    labOutputs.parse({
      ...{ hypervisor: "private", hosts: [], addresses: {}, releases: {}, migration: move, ...names },
      share: { server: "nfs", path: "/migration", mountPoint: "/images" },
      guest: { name: "guest", address: "10.77.0.50", runningOn: "target" },
    });
  const told = (names: object) => summary(labStack("dev"), outputs(names), new Stages(), []);
  const names = { kind: "dns", server: "nfs", domain: "lab.internal" };
  expect(told({ names })).toContain("on /images; names by DNS: dnsmasq on nfs, lab.internal.");
  expect(told({})).toContain("nfs:/migration on /images.");
});

test("a guest that stands still is told to, with the command that lets it go on", () => {
  const outputs = (guest: object) =>
    labOutputs.parse({
      ...{ hypervisor: "private", hosts: [], addresses: {}, releases: {}, migration: move },
      share: { server: "nfs", path: "/migration", mountPoint: "/images" },
      guest: { name: "guest", address: "10.77.0.50", runningOn: "target", ...guest },
    });
  const told = (lab: string, guest: object) => summary(labStack(lab), outputs(guest), new Stages(), []);
  expect(told("dev", {})).toContain("The guest guest (10.77.0.50) runs on target.");
  expect(told("dev", { state: "running" })).toContain("runs on target.");
  const paused = "is paused on target: it stands still until ./lab virsh target resume guest";
  expect(told("dev", { state: "paused" })).toContain(paused);
  expect(told("test", { state: "paused" })).toContain("./lab virsh --lab test target resume guest");
});

test("several guests are told one after the other, each with its move and what was not proved of it", () => {
  const unproved = { name: "connection-kept", verdict: "unproved", facts: "nfs did not answer" };
  const placed = (name: string, given: object) => ({
    guest: { name, address: "10.77.0.51", runningOn: "target" },
    migration: { ...move, ...given },
  });
  const guests = [placed("web", {}), placed("db", { proofs: [...move.proofs, unproved] })];
  const text = summary(
    labStack("cluster"),
    labOutputs.parse({
      ...{
        hypervisor: "private",
        hosts: [],
        addresses: { target: "10.77.0.4" },
        releases: { target: "trixie" },
        ...guests[0],
        guests,
      },
      share: { server: "nfs", path: "/migration", mountPoint: "/images" },
    }),
    new Stages(),
    [],
  );
  expect(text).toContain("The lab cluster is up: target 10.77.0.4 (trixie); nfs:/migration");
  expect(text).toContain("The guest web (10.77.0.51) runs on target.");
  expect(text).toContain("1 of 1 proofs hold");
  expect(text).toContain("1 of 2 proofs hold");
  expect(text).toContain("nfs did not answer");
  expect(text).not.toContain("same-boot");
  expect(text).toContain("./lab up cluster -c guests.web.runsOn=");
  expect(text).toContain("./lab console --lab cluster web");
});
