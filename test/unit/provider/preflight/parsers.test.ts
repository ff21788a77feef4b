import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { marker, sectionsOf } from "../../../../provider/host/sections";
import { parseCapabilities } from "../../../../provider/preflight/facts/capabilities";
import { parseCpuComparison } from "../../../../provider/preflight/facts/cpu-comparison";
import { parseGuestDefinition } from "../../../../provider/preflight/facts/guest-definition";
import { foldersOf } from "../../../../provider/preflight/facts/guest-disk";
import { inKiB } from "../../../../provider/preflight/facts/memory-size";
import { compareVersions, parseVersion, versionText } from "../../../../provider/preflight/facts/version";
import { guestOnSource, host, storageOf, way } from "./sample-facts";
import * as texts from "./sample-texts";

describe("sections", () => {
  test("come back as they were sent, whatever is in them", () => {
    const name = fc.stringMatching(/^[a-z][a-z.]{0,8}$/);
    const text = fc.string().filter((part) => !part.includes("=tok:"));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, text), { selector: ([key]) => key }), (parts) => {
        const whole = parts.map(([key, part]) => `${marker("tok", key)}\n${part}\n`).join("");
        const read = [...sectionsOf("tok", whole)].map(([key, part]) => [key, part.replace(/\n$/, "")]);
        expect(read).toEqual(parts.map(([key, part]) => [key, part.replace(/\n$/, "")]));
      }),
    );
  });

  test("of another's token are none", () => {
    expect(sectionsOf("tok", "=other:end\n").size).toBe(0);
  });
});

describe("the guest's definition", () => {
  test("of the lab's guest, as it runs", () => {
    const definition = parseGuestDefinition(texts.definition());
    expect(definition).toMatchObject({
      uuid: texts.uuid,
      type: "qemu",
      arch: "x86_64",
      machine: "pc-q35-7.2",
      memoryKiB: 131_072,
      ramKiB: 131_080,
      hugePages: false,
      cpu: { mode: "maximum", xml: "<cpu mode='maximum' check='none' migratable='on'/>" },
      bootFiles: [`${texts.guestFolder}/vmlinux`, `${texts.guestFolder}/initrd.img`],
      interfaces: [{ kind: "bridge", to: "br0" }],
      unmovable: [],
    });
    expect(definition?.disks).toEqual([
      {
        name: "vda",
        device: "disk",
        kind: "file",
        path: texts.disk,
        format: "qcow2",
        cache: "none",
        mirrored: false,
        optional: false,
        readonly: false,
        shareable: false,
        backing: [],
        network: [],
        secrets: [],
      },
    ]);
    expect(foldersOf(definition?.disks ?? [])).toEqual([texts.guestFolder]);
  });

  test("names the files that a disk is built upon", () => {
    const chain = `<disk type='file' device='disk'><source file='/i/top.qcow2'/><backingStore type='file'><format type='qcow2'/><source file='/i/mid.qcow2'/><backingStore type='file'><source file='/i/base.img'/><backingStore/></backingStore></backingStore></disk>`;
    const definition = parseGuestDefinition(texts.definition({ devices: chain }));
    expect(definition?.disks[1]?.backing).toEqual(["/i/mid.qcow2", "/i/base.img"]);
  });

  test("has a processor's model with its features", () => {
    const cpu =
      "<cpu mode='custom' match='exact' check='full'>\n<model>EPYC</model><feature policy='disable' name='svm'/>\n</cpu>";
    expect(parseGuestDefinition(texts.definition({ cpu }))?.cpu).toEqual({ mode: "custom", xml: cpu });
  });

  test("has its processor without topoext, which libvirt gives and no comparison knows", () => {
    const cpu = (features: string) =>
      `<cpu mode='custom' match='exact' check='full'>\n<model>EPYC</model>${features}\n</cpu>`;
    const svm = "<feature policy='disable' name='svm'/>";
    const given = texts.definition({ cpu: cpu(`${svm}\n  <feature policy='require' name='topoext'/>`) });
    expect(parseGuestDefinition(given)?.cpu.xml).toBe(cpu(svm));
  });

  test("takes the memory of QEMU's own arguments, in its units", () => {
    const ram = (size: string) =>
      parseGuestDefinition(
        texts.definition({
          commandline: `<qemu:commandline><qemu:arg value='-m'/><qemu:arg value='${size}'/></qemu:commandline>`,
        }),
      )?.ramKiB;
    expect([ram("131080k"), ram("size=129M,slots=2"), ram("128"), ram("1G")]).toEqual([
      131_080, 132_096, 131_072, 1_048_576,
    ]);
  });

  test("is none where there is none", () => {
    expect(parseGuestDefinition("")).toBeUndefined();
    expect(parseGuestDefinition("error: failed to get domain 'guest'")).toBeUndefined();
    fc.assert(
      fc.property(
        fc.string(),
        (text) => parseGuestDefinition(text) === undefined || text.includes("<domain"),
      ),
    );
  });

  test("what is the host's own is told in words", () => {
    const devices = `<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv'/></filesystem>
      <tpm model='tpm-tis'><backend type='passthrough'/></tpm><interface type='hostdev'/><serial type='dev'><source path='/dev/ttyS0'/></serial>`;
    expect(parseGuestDefinition(texts.definition({ devices }))?.unmovable).toEqual([
      "a folder of the host (filesystem virtiofs, /srv)",
      "the host's TPM",
      "a network card of the host (hostdev)",
      "a port of the host (serial /dev/ttyS0)",
    ]);
  });
});

describe("a host's answer", () => {
  test("is read as Debian 12 gives it", () => {
    const source = host("source", {
      disks: texts.disksOf("guest", 1),
      "qemu.conf": 'migration_host = "kvm7"  # ours\nmigration_port_min = 50000\n',
    });
    expect(source).toMatchObject({
      domains: [{ uuid: texts.uuid, name: "guest" }],
      disks: [{ name: "guest", active: true, paths: [texts.disk] }],
      hypervisor: "QEMU",
      hypervisorVersion: [7, 2, 9],
      libvirtVersion: [9, 0, 0],
      migrationName: "kvm7",
      ports: { first: 50_000, last: 49_215 },
      arch: "x86_64",
      memory: { availableKiB: 752_940, hugePagesFreeKiB: 6_144 },
      addresses: ["10.77.0.11", "fe80::5054:ff:fe77:b"],
      otherResolvesTo: ["10.77.0.12"],
    });
    expect(source.cpu).toMatchObject({ vendor: "AuthenticAMD", model: "QEMU Virtual CPU version 2.5+" });
    expect(source.cpu.flags?.has("nx")).toBe(true);
    expect([...source.bridges, ...source.networks]).toEqual(["br0", "default"]);
    expect([...source.networkDevices]).toEqual(["br0", "ens3", "lo"]);
  });

  test("of capabilities names each kind of guest, machines by both names", () => {
    const { guestTypes } = parseCapabilities(texts.capabilities(["qemu", "kvm"]));
    expect(guestTypes.map(({ arch, domainTypes }) => [arch, domainTypes])).toEqual([
      ["i686", ["qemu"]],
      ["x86_64", ["qemu", "kvm"]],
    ]);
    expect(guestTypes[1]?.machines.has("q35")).toBe(true);
    expect(guestTypes[1]?.machines.has("pc-q35-7.2")).toBe(true);
  });

  test("of the guest's state has its reason", () => {
    expect(guestOnSource({ state: "paused (migrating)\n\n" })).toMatchObject({
      state: "paused",
      reason: "migrating",
    });
    expect(guestOnSource({ job: "Job type:         Unbounded   \n" }).runningJob).toBe("Unbounded");
  });
});

describe("the storage", () => {
  test("is read by folder, file and disk", () => {
    const storage = storageOf();
    expect(storage.tokens?.get(texts.guestFolder)).toBe("seen");
    expect(storage.fileSystems.get(texts.guestFolder)).toEqual({
      type: "nfs4",
      availableKiB: 812_032,
      mounted: "nfs:/migration",
      mountPoint: texts.imagesFolder,
    });
    expect(storage.files.get(texts.disk)).toBe("-erw");
    expect(storage.chains.get(texts.disk)).toEqual({
      images: [{ path: texts.disk, format: "qcow2", actualKiB: 1352 }],
      trouble: "",
    });
  });

  test("folders with spaces in their names", () => {
    const storage = storageOf({ tokens: "seen /srv/my guests\n", files: "-e /srv/my guests/a b\n" });
    expect([...(storage.tokens?.keys() ?? [])]).toEqual(["/srv/my guests"]);
    expect(storage.files.get("/srv/my guests/a b")).toBe("-e");
  });
});

test("the way: a refusal is an answer, silence is none", () => {
  const { ports, ssh } = way({
    ports: "49152 1 Connection refused\n49200 124 \n49215 1 No route to host\n49210 0 \n",
    ssh: "255\nroot@target: Permission denied (publickey).\n",
  });
  expect(ports.map(({ port, answer }) => [port, answer])).toEqual([
    [49_152, "closed"],
    [49_200, "silent"],
    [49_215, "silent"],
    [49_210, "open"],
  ]);
  expect(ssh).toEqual({
    answer: "refused",
    message: "root@target: Permission denied (publickey).",
    printed: "",
    bootId: "",
  });
  expect(way({ ssh: "124\n" }).ssh).toMatchObject({ answer: "refused", message: "no answer in time" });
});

test("libvirt's comparison of processors", () => {
  const bad = `error: Failed to compare hypervisor CPU with /dev/stdin
error: the CPU is incompatible with host CPU: Host CPU does not provide required features: sha-ni, svm
`;
  expect(parseCpuComparison(bad)).toMatchObject({ compatible: false, missing: ["sha-ni", "svm"] });
  const good = "CPU described in /dev/stdin is identical to the CPU provided by hypervisor on the host\n";
  expect(parseCpuComparison(good)).toMatchObject({ compatible: true, missing: [] });
  const wide = "The CPU provided by hypervisor on the host is a superset of CPU described in /dev/stdin\n";
  expect(parseCpuComparison(wide)?.compatible).toBe(true);
  expect(
    parseCpuComparison("error: this function is not supported by the connection driver"),
  ).toBeUndefined();
});

test("versions are in order, and 9.10 is newer than 9.9", () => {
  const version = fc.array(fc.nat({ max: 99 }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) || 0);
      expect(parseVersion(versionText(a))).toEqual(a);
    }),
  );
  expect(compareVersions([9, 10], [9, 9])).toBeGreaterThan(0);
  expect(compareVersions([9], [9, 0, 0])).toBe(0);
});

test("sizes in every unit that libvirt writes", () => {
  expect([inKiB("128", "MiB"), inKiB("1", "GiB"), inKiB("2048", "kB"), inKiB("1024", "bytes")]).toEqual([
    131_072, 1_048_576, 2048, 1,
  ]);
  expect(inKiB("1", "parsec")).toBeUndefined();
  expect(inKiB(undefined, "KiB")).toBeUndefined();
});
