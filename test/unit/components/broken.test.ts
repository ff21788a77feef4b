import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Broken, scriptFor } from "../../../components/broken";
import { HostsFiles } from "../../../components/names/hosts-files";
import { brokenProcessor, defaultProcessor } from "../../../components/processor";
import { catalog } from "../../../errors/catalog";
import { type BreakWord, breaks, breakWords, breakWordsFor } from "../../../stacks/breaks";
import { type StorageKind, storageKinds } from "../../../stacks/topology/storage-kinds";
import { recordProgram } from "./recorded-program";
import { sampleMachine } from "./sample-machines";

const root = join(__dirname, "../../..");
const mountPoint = "/var/lib/libvirt/images";
const script = (words: Parameters<typeof scriptFor>[1]["words"], storage: StorageKind = "nfs") =>
  scriptFor("target", { words, storage, guest: "guest", mountPoint, names: "hosts" }, [
    "source",
    "10.77.0.2",
  ]);

describe("the words of break", () => {
  it("have a script each, but those that take another boot", () => {
    const scripts = readdirSync(join(root, "templates/break")).map((name) => name.replace(".sh.hbs", ""));
    expect(scripts.sort()).toEqual(breakWords.filter((word) => breaks[word].on !== "build of target").sort());
  });

  it("are each explained with the code that refuses the move, which the catalog has", () => {
    const page = readFileSync(join(root, "docs/how-to/break-the-lab.md"), "utf8");
    for (const word of breakWords) {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${word}\` `));
      expect(row).toContain(breaks[word].code);
      expect(Object.keys(catalog)).toContain(breaks[word].code);
    }
  });
});

describe("what runs on a host", () => {
  it("fixes all that is not to be broken, and breaks what is, last", () => {
    const actions = [...script(["firewall"]).matchAll(/^set -- (\w+) guest .*\n# (.*)/gm)];
    expect(actions.at(-1)?.slice(1)).toEqual(["break", expect.stringContaining("firewall")]);
    expect(actions.slice(0, -1).every(([, action]) => action === "fix")).toBe(true);
    expect(actions).toHaveLength(
      breakWordsFor({ storage: "nfs", names: "hosts" }).filter((word) => breaks[word].on === "target").length,
    );
  });

  it("is shell that can be read, whatever is broken", () => {
    const both = storageKinds.flatMap((kind) => [script([], kind), script(breakWords, kind)]);
    for (const input of both) {
      const { status, stderr } = spawnSync("sh", ["-n"], { input, encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
    }
  });
});

describe("the servers' commands", () => {
  const programOf = (words: readonly BreakWord[], names: "hosts" | "dns" = "hosts") =>
    recordProgram(() => {
      const [nfs, source, target] = [sampleMachine("nfs"), sampleMachine("source"), sampleMachine("target")];
      const running = new HostsFiles("names", { machines: [nfs, source, target] });
      const about = {
        ...{ words, storage: "nfs" as const, guest: "guest", mountPoint, running, names },
        unusedAddress: "192.0.2.62",
      };
      return new Broken("broken", { ...about, nfs, source, target, after: [] });
    });

  it("fix nothing on new machines; what is no longer to be broken they fix later", async () => {
    const nothing = (await programOf([])).find("Command", "broken-target").inputs;
    expect(nothing).toMatchObject({ create: "true", update: "sh -s" });
    expect(nothing.stdin).toContain("set -- fix guest");
    const broken = (await programOf(["firewall"])).find("Command", "broken-target").inputs;
    expect(broken).toMatchObject({ create: "sh -s", update: "sh -s" });
  });

  it("break a name server on nfs, where the lab has one", async () => {
    const hosts = (await programOf([])).all("Command").map(({ name }) => name);
    expect(hosts).not.toContain("broken-nfs");
    const program = await programOf(["dns-wrong"], "dns");
    const { stdin } = program.find("Command", "broken-nfs").inputs;
    expect(stdin).toContain(
      `set -- break guest ${mountPoint} target 192.0.2.1 192.0.2.62\n# Target's record`,
    );
    expect(stdin).toContain("set -- fix guest");
    expect(program.find("Command", "broken-source").inputs.stdin).not.toContain("hosts file does not know");
  });
});

describe("what is broken about the guest", () => {
  const args = (words: Parameters<typeof scriptFor>[1]["words"]) => ({
    words,
    storage: "nfs" as const,
    guest: "guest",
    mountPoint,
    names: "hosts" as const,
  });
  const actions = (place: Parameters<typeof scriptFor>[0], words: Parameters<typeof scriptFor>[1]["words"]) =>
    [...scriptFor(place, args(words), []).matchAll(/^set -- (\w+) guest .*\n# The guest (.*)/gm)].map(
      ([, action, what]) => `${action} ${what?.split(" ")[0]}`,
    );

  it("is broken by a script of its own, and fixed by source's", () => {
    expect(actions("source", [])).toEqual(["fix is", "fix has"]);
    expect(actions("source", ["device"])).toEqual(["fix is"]);
    expect(actions("guest", ["device"])).toEqual(["break has"]);
    expect(actions("target", [])).toEqual([]);
  });
});

describe("what only one kind of storage has to break", () => {
  const about = (words: readonly BreakWord[], storage: StorageKind) => ({
    words,
    storage,
    names: "hosts" as const,
    unusedAddress: "192.0.2.62",
    guest: "guest",
    mountPoint,
  });

  it("is neither broken nor fixed with another kind", () => {
    expect(scriptFor("target", about([], "nfs"), [])).not.toContain("iSCSI");
    expect(scriptFor("target", about([], "iscsi"), [])).not.toContain("The share");
    expect(breakWordsFor({ storage: "nfs" })).not.toContain("portal");
    expect(breakWordsFor({ storage: "iscsi" })).not.toContain("no-share");
    expect(storageKinds.flatMap((storage) => breakWordsFor({ storage }))).toEqual(
      expect.arrayContaining(breakWords),
    );
  });

  it("another LUN is given by the server first, and seen by target then", () => {
    const broken = "set -- break guest /var/lib/libvirt/images target\n# The server gives target another LUN";
    const on = (place: "nfs" | "target" | "source") =>
      scriptFor(place, about(["other-lun"], "iscsi"), ["target"]);
    expect(on("nfs")).toMatch(new RegExp(broken));
    expect(on("target")).toMatch(new RegExp(broken));
    expect(on("source")).not.toContain("another LUN");
  });

  it("has a script on the server only there", async () => {
    const commands = async (storage: StorageKind) => {
      const program = await recordProgram(() => {
        const [nfs, source, target] = [
          sampleMachine("nfs"),
          sampleMachine("source"),
          sampleMachine("target"),
        ];
        const running = new HostsFiles("names", { machines: [nfs, source, target] });
        return new Broken("broken", { ...about([], storage), running, nfs, source, target, after: [] });
      });
      return program;
    };
    const names = (program: Awaited<ReturnType<typeof commands>>) =>
      program
        .all("Command")
        .map(({ name }) => name)
        .filter((name) => name.startsWith("broken"));
    expect(names(await commands("nfs"))).toEqual(["broken-source", "broken-target"]);
    const program = await commands("iscsi");
    expect(names(program)).toEqual(["broken-nfs", "broken-source", "broken-target"]);
    expect(program.waitsFor(program.find("Command", "broken-target"))).toContain("Command broken-nfs");
  });
});

describe("target's processor", () => {
  it("is source's own, unless it is to be another", () => {
    expect(brokenProcessor(["firewall"])).toEqual(defaultProcessor);
  });

  it("can be of another vendor, older, and without NX, all at once", () => {
    expect(brokenProcessor(["cpu-vendor", "cpu-model", "nx"])).toEqual({ model: "Conroe", withoutNx: true });
    expect(brokenProcessor(["nx"])).toEqual({ model: "", withoutNx: true });
  });
});
