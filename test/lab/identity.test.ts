import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import type { HostConnection } from "../../provider/host/host-connection";
import { freshLab } from "./fresh-lab";
import type { Inside, Server } from "./inside";
import { stack } from "./lab-command";
import { Program } from "./program";

// A guest is its UUID, and a Guest resource removes only what it made: with small guests that have no disk.

const outputs = z.object({
  state: z.string().optional(),
  uuid: z.string().optional(),
  takenOver: z.boolean().optional(),
});

const [ours, foreign] = ["5a0c3e1e-0000-4000-8000-000000000001", "5a0c3e1e-0000-4000-8000-000000000002"];

const definition = (name: string, uuid?: string, memoryMiB = 32) =>
  `<domain type='kvm'><name>${name}</name>${uuid ? `<uuid>${uuid}</uuid>` : ""}<memory unit='MiB'>${memoryMiB}</memory><vcpu>1</vcpu>` +
  "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><serial type='pty'/></devices></domain>";

let inside: Inside;
let program: Program;
let hosts: readonly HostConnection[] = [];

const virsh = (server: Server, ...commands: readonly string[]) =>
  inside.on(server, `virsh -q "${commands.join("; ")}"`, 120);
const define = (server: Server, xml: string) =>
  inside.on(server, `cat > /run/guest.xml <<'END'\n${xml}\nEND\nvirsh -q define /run/guest.xml`, 60);
const stateOf = async (server: Server, guest: string) =>
  (await inside.attempt(server, `virsh domstate ${guest}`)).stdout.trim();
const remove = (server: Server, guest: string) =>
  inside.attempt(server, `virsh destroy ${guest}; virsh undefine ${guest} --managed-save`);

const withGuest = (name: string, xml: string) =>
  program.arguments({ guest: { name, definition: xml, hosts, startOn: "source" } });

/** `pulumi up` or `refresh` that is to fail, with this code. */
async function refused(verb: string, code: string): Promise<string> {
  const result = await program.start(verb);
  expect(result.exitCode, result.all).not.toBe(0);
  expect(result.all).toContain(code);
  return result.all ?? "";
}

beforeAll(async () => {
  inside = await freshLab();
  program = await Program.open("guests");
  hosts = (await knownLab(labStack(stack))).hosts.filter(({ name }) => name !== "nfs");
}, 900_000);

afterAll(async () => {
  await program?.close();
  inside?.close();
});

describe("a guest that is there before the program, shut off with its managed save", () => {
  beforeAll(async () => {
    await define("source", definition("web", ours));
    await virsh("source", `start ${ours}`, `managedsave ${ours}`);
  });
  afterAll(() => remove("source", ours));

  test("is refused where the program's definition is another, and not touched", async () => {
    await withGuest("web", definition("web", ours, 64));
    expect(await refused("up", "KVM-509")).toContain("memory in KiB: 65536 in the program, 32768 there");
    expect(await virsh("source", `dominfo ${ours}`)).toMatch(/Managed save: +yes/);
    expect(await stateOf("source", ours)).toBe("shut off");
  });

  test("is taken over where it agrees, goes on from its managed save, and stays after destroy", async () => {
    await withGuest("web", await virsh("source", `dumpxml --inactive ${ours}`));
    await program.pulumi("up");
    expect(outputs.parse(await program.outputs())).toEqual({ state: "running", uuid: ours, takenOver: true });
    await program.pulumi("destroy");
    expect(await stateOf("source", ours)).toBe("running");
    expect(await virsh("source", `dominfo ${ours}`)).toMatch(/Persistent: +yes/);
  });
});

describe("another guest of the name", () => {
  test("is not adopted by a refresh, not made beside, and lives on", async () => {
    await withGuest("api", definition("api"));
    await program.pulumi("up");
    const { uuid = "" } = outputs.parse(await program.outputs());
    await virsh("source", `destroy ${uuid}`, `undefine ${uuid}`);
    await define("source", definition("api", foreign));
    await virsh("source", `start ${foreign}`);
    await program.pulumi("refresh");
    expect(await refused("up", "KVM-501")).toContain(foreign);
    await program.pulumi("destroy");
    expect(await stateOf("source", foreign)).toBe("running");
  });

  test("on the other host makes the name mean two, and neither is moved", { tags: "long" }, async () => {
    await define("target", definition("api", ours));
    await virsh("target", `start ${ours}`);
    await program.arguments({ migration: { guest: "api", hosts, to: "target" } });
    await refused("up", "KVM-620");
    expect([await stateOf("source", foreign), await stateOf("target", ours)]).toEqual(["running", "running"]);
    await remove("target", ours);
    await remove("source", foreign);
  });
});

test("two running copies stop a refresh, and neither is touched", { tags: "long" }, async () => {
  await withGuest("api", definition("api"));
  await program.pulumi("up");
  const { uuid = "" } = outputs.parse(await program.outputs());
  await define("target", definition("api", uuid));
  await virsh("target", `start ${uuid}`);
  expect(await refused("refresh", "KVM-603")).toContain(`virsh destroy ${uuid}`);
  expect([await stateOf("source", uuid), await stateOf("target", uuid)]).toEqual(["running", "running"]);
  await remove("target", uuid);
  await program.pulumi("destroy");
  expect(await stateOf("source", uuid)).toBe("");
});
