import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BuiltMachine, kernelArguments } from "../../../components/built-machine";
import { Network } from "../../../components/network";
import type { Platform } from "../../../components/platform";
import { ServerDisks } from "../../../components/server-disks";
import { SshKeyPair } from "../../../provider/sdk/ssh-key-pair";
import type { Release } from "../../../stacks/topology/releases";
import { recordProgram } from "./recorded-program";
import { otherImagePlatform, privatePlatform, sharedPlatform } from "./sample-platforms";

const build = (platform: Platform, release: Release = "bookworm") =>
  recordProgram(
    () =>
      new BuiltMachine("source", {
        role: "source",
        place: 3,
        platform,
        network: new Network("network", { platform, cidr: "10.77.0.0/24" }),
        disks: new ServerDisks("disks", { platform }),
        address: "10.77.0.3/24",
        gateway: "10.77.0.1",
        memoryMiB: 1024,
        vcpus: 2,
        release,
        operatorKey: new SshKeyPair("operator", { comment: "operator" }),
        processor: { model: "", withoutNx: false },
      }),
  );

let cache: string;
beforeAll(async () => {
  // Identity disks are files in the lab's folder.
  cache = await mkdtemp(join(tmpdir(), "built-machine-"));
  vi.stubEnv("KVMLAB_CACHE", cache);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

describe("a machine on the private hypervisor", () => {
  it("is a domain of its role's fixed name, UUID and MAC, on disks that may be lost with it", async () => {
    const domain = (await build(privatePlatform)).find("Domain", "source");
    expect(domain.inputs).toMatchObject({
      name: "source",
      type: "qemu",
      machine: "q35",
      cpu: { mode: "maximum" },
      vcpu: 2,
      memory: 1024,
      networkInterfaces: [{ mac: "52:54:00:77:00:03" }],
      consoles: [{ type: "pty", targetType: "serial" }],
    });
    const { xslt } = domain.inputs.xml as { xslt: string };
    expect(xslt).toContain("<uuid>4b564d4c-6162-4000-8000-000000000003</uuid>");
    expect(xslt).toContain('<xsl:attribute name="cache">unsafe</xsl:attribute>');
  });

  it("boots the kernel directly, its address on the command line, without waiting for a lease", async () => {
    const { inputs } = (await build(privatePlatform)).find("Domain", "source");
    expect(inputs).toMatchObject({
      kernel: "/boot/vmlinux",
      initrd: "/boot/initrd.img",
      cmdlines: [
        { root: "/dev/vda", "lab.address": "10.77.0.3/24", "lab.gateway": "10.77.0.1" },
        { _: "rw quiet" },
      ],
    });
    expect(JSON.stringify(inputs.networkInterfaces)).not.toContain("waitForLease");
  });

  it("is built from the image of its release", async () => {
    const program = await build(privatePlatform, "trixie");
    expect(program.find("Volume", "source").inputs.baseVolumeId).toBe("/images/trixie.qcow2");
    expect(program.find("Domain", "source").inputs).toMatchObject({
      kernel: "/boot/trixie/vmlinux",
      cmdlines: [{ root: "/dev/vda" }, { _: "rw trixie" }],
    });
  });

  it("is replaced when something changes that the provider cannot change in place", async () => {
    const { replaceOnChanges } = (await build(privatePlatform)).find("Domain", "source");
    expect(replaceOnChanges).toEqual(expect.arrayContaining(["cpu", "machine", "type"]));
  });

  it("is an overlay on the image, with its identity on a second disk", async () => {
    const program = await build(privatePlatform);
    expect(program.find("Volume", "source").inputs).toMatchObject({
      name: "source.qcow2",
      baseVolumeId: "/images/base.qcow2",
    });
    expect(program.waitsFor(program.find("Domain", "source"))).toEqual(
      expect.arrayContaining(["Volume source", "Volume source-identity"]),
    );
  });

  it("carries its identity on a disk that only its user may read, with an instance id that changes with its key", async () => {
    const { inputs } = (await build(privatePlatform)).find("Volume", "source-identity");
    expect(inputs.name).toBe("source-identity.iso");
    const iso = String(inputs.source);
    const content = await readFile(iso, "latin1");
    expect(content).toContain("CD001");
    expect(content).toMatch(
      /#cloud-boothook\n#!\/bin\/sh\n[\s\S]*hostname=source\n[\s\S]*PRIVATE source-host-key/,
    );
    expect(content).toContain("instance-id: AAAAsource-host-key\nlocal-hostname: source\n");
    expect((await stat(dirname(iso))).mode & 0o077).toBe(0);
  });

  it("is reached through the forwarder, and known by its host key", async () => {
    const { result } = await build(privatePlatform);
    expect(result.address).toBe("10.77.0.3");
    expect(result.sshPort).toBe(22);
    expect(result.connection).toMatchObject({
      name: "source",
      address: "127.98.0.1",
      port: 22_003,
      user: "root",
    });
  });
});

describe("a machine on a shared hypervisor", () => {
  it("has the stack's prefix, and nothing that could be another lab's", async () => {
    const { inputs } = (await build(sharedPlatform)).find("Domain", "source");
    expect(inputs).toMatchObject({ name: "dev-source", type: "kvm", cpu: { mode: "host-passthrough" } });
    expect(JSON.stringify(inputs)).not.toMatch(/52:54:00:77|<uuid>|unsafe/);
  });

  it("is reached at its own address", async () => {
    const { result } = await build(sharedPlatform);
    expect(result.connection).toMatchObject({ address: "10.77.0.3", port: 22 });
  });

  it("gets another image's address by DHCP, and boots by its boot loader", async () => {
    const { inputs } = (await build(otherImagePlatform)).find("Domain", "source");
    expect(inputs).toMatchObject({
      networkInterfaces: [{ addresses: ["10.77.0.3"], waitForLease: true }],
    });
    for (const key of ["kernel", "initrd", "cmdlines"]) expect(inputs).not.toHaveProperty(key);
  });
});

describe("kernelArguments", () => {
  const args = { address: "10.77.0.3/24", gateway: "10.77.0.1" };

  it("keeps every word once: named ones by name, bare ones in their order", () => {
    const named = fc.stringMatching(/^[a-z.]{1,9}=[a-z=,]{0,9}$/);
    const bare = fc.stringMatching(/^[a-z]{1,9}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(named, bare), { selector: (word) => word.split("=")[0] }),
        (words) => {
          const [byName = {}, rest = {}] = kernelArguments(words.join(" "), args);
          const back = Object.entries(byName).map(([name, value]) => `${name}=${value}`);
          expect(back.sort()).toEqual(
            [
              ...words.filter((word) => word.includes("=")),
              "lab.address=10.77.0.3/24",
              "lab.gateway=10.77.0.1",
            ].sort(),
          );
          expect(rest._?.split(" ").filter(Boolean)).toEqual(words.filter((word) => !word.includes("=")));
        },
      ),
    );
  });
});
