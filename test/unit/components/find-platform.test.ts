import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findPlatform } from "../../../components/find-platform";
import { checkSettings } from "../../../stacks/settings";

let scratch = "";
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "find-platform-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});
const find = (given: Record<string, unknown>) => findPlatform(checkSettings(given), "dev", () => undefined);

describe("with hypervisor: private", () => {
  const endpoint = (port: number) => ({ address: "127.98.0.1", port });
  const record = {
    lab: "dev",
    pid: 42,
    uri: "qemu+unix:///system?socket=/x",
    acceleration: "tcg",
    baseVolume: { pool: "base", path: "/base.qcow2", format: "qcow2" },
    kernel: "/k",
    initrd: "/i",
    cmdline: "rw",
    ssh: { nfs: endpoint(2), source: endpoint(3), target: endpoint(4) },
  };

  it("takes what ./lab wrote about it", async () => {
    const path = join(scratch, "hypervisor.json");
    writeFileSync(path, JSON.stringify(record));
    vi.stubEnv("KVMLAB_HYPERVISOR", path);
    const platform = await find({});
    expect(platform).toMatchObject({
      uri: record.uri,
      acceleration: "tcg",
      prefix: "",
      isolated: true,
      image: { kind: "on-hypervisor", volumeId: "/base.qcow2", kernel: "/k", cmdline: "rw" },
    });
    expect(platform?.sshEndpoint("target")).toEqual({ address: "127.98.0.1", port: 4 });
  });

  it("says how to start one when there is none", async () => {
    vi.stubEnv("KVMLAB_HYPERVISOR", "");
    await expect(find({})).rejects.toThrow(/KVM-103[\s\S]*KVMLAB_HYPERVISOR is not set[\s\S]*\.\/lab up/);
  });

  it("says so when it has ended", async () => {
    vi.stubEnv("KVMLAB_HYPERVISOR", join(scratch, "gone.json"));
    await expect(find({})).rejects.toThrow(/KVM-103[\s\S]*there is no .*gone\.json/);
  });
});

describe("with a libvirt of the user's own", () => {
  const image = () => {
    const path = join(scratch, "debian.qcow2");
    writeFileSync(path, Buffer.from([0x51, 0x46, 0x49, 0xfb]));
    return path;
  };

  it("uploads the configured image, everything named after the stack", async () => {
    const hostImage = image();
    const platform = await find({
      hypervisor: "qemu+ssh://me@server/system",
      acceleration: "kvm",
      hostImage,
    });
    expect(platform).toMatchObject({
      uri: "qemu+ssh://me@server/system",
      acceleration: "kvm",
      prefix: "dev-",
      isolated: false,
      image: { kind: "upload", disk: hostImage, kernel: "" },
    });
    expect(platform?.sshEndpoint("nfs")).toBeUndefined();
  });

  it("does not guess how another machine accelerates", async () => {
    const given = { hypervisor: "qemu+ssh://me@server/system", hostImage: image() };
    await expect(find(given)).rejects.toThrow(/KVM-105[\s\S]*qemu\+ssh:\/\/me@server\/system/);
  });

  it("says which image is not there", async () => {
    const given = {
      hypervisor: "qemu:///system",
      acceleration: "tcg",
      hostImage: join(scratch, "none.qcow2"),
    };
    await expect(find(given)).rejects.toThrow(/KVM-104[\s\S]*none\.qcow2/);
  });
});

it("is nothing when the machines exist", async () => {
  const existing = {
    machines: "existing",
    nfsAddress: "root@192.0.2.1",
    sourceAddress: "root@192.0.2.2",
    targetAddress: "root@192.0.2.3",
    nfsHostKey: "ssh-ed25519 AAAAkey",
    sourceHostKey: "ssh-ed25519 AAAAkey",
    targetHostKey: "ssh-ed25519 AAAAkey",
    sshPrivateKeyFile: "/key",
    guestAddress: "192.0.2.50/24",
  };
  expect(await find(existing)).toBeUndefined();
});
