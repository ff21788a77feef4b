import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { catalog } from "../../../errors/catalog";
import { render } from "../../../templates/render";

const repository = join(__dirname, "../../..");
const folder = join(repository, "templates");
const templates = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".hbs"))
  .map((path) => path.slice(0, -".hbs".length))
  .sort();

const domain = {
  type: "qemu",
  emulated: true,
  isolated: true,
  uuid: "4b564d4c-6162-4000-8000-000000000050",
  cpuModel: "",
  name: "guest",
  machine: "pc-q35-7.2",
  memoryMiB: 128,
  ramKiB: 131_080,
  folder: "/var/lib/libvirt/images/guest",
  disk: render("guest/disk-file.xml", { path: "/var/lib/libvirt/images/guest/disk.qcow2" }).trimEnd(),
  cmdline: 'console=ttyS0 quiet note="a<b"',
  mac: "52:54:00:77:00:50",
  bridge: "br0",
};

/** What each template is filled with, and the golden file that shows the outcome; several where it has cases. */
const samples: Record<string, Record<string, Record<string, string | number | boolean>>> = {
  "guest/cmdline": { cmdline: { address: "10.77.0.50/24", name: "guest" } },
  "guest/disk-file.xml": { "disk-file.xml": { path: "/var/lib/libvirt/images/guest/disk.qcow2" } },
  "guest/disk-block.xml": { "disk-block.xml": { path: "/dev/disk/by-path/ip-10.77.0.2:3260-lun-0" } },
  "guest/domain.xml": {
    "domain.xml": domain,
    "domain-kvm.xml": {
      ...domain,
      type: "kvm",
      emulated: false,
      isolated: false,
      uuid: "",
      cpuModel: "Nehalem",
    },
  },
  "glusterfs/fstab": {
    fstab: {
      server: "10.77.0.2",
      volume: "migration",
      mountPoint: "/var/lib/libvirt/images",
      backups: "10.77.0.3:10.77.0.4",
    },
  },
  "host/fstab": { fstab: { server: "nfs", exportPath: "/migration", mountPoint: "/var/lib/libvirt/images" } },
  "host/known_hosts": { known_hosts: { name: "target", hostKey: "ssh-ed25519 AAAAtarget" } },
  "host/ssh-config": { "ssh-config": { name: "target", patterns: "target,10.77.0.4", port: 22 } },
  "existing/dnsmasq.conf": { "dnsmasq.conf": { address: "10.77.0.2", domain: "lab.internal" } },
  "existing/dnsmasq.service": { "dnsmasq.service": {} },
  "existing/resolved.conf": { "resolved.conf": { address: "10.77.0.2", domain: "lab.internal" } },
  "machine/domain.xsl": {
    "domain-isolated.xsl": {
      uuid: "4b564d4c-6162-4000-8000-000000000003",
      isolated: true,
      cpuModel: "Nehalem",
      withoutNx: true,
    },
    "domain-shared.xsl": { uuid: "", isolated: false, cpuModel: "", withoutNx: false },
  },
  "machine/hosts": {
    hosts: { name: "source", address: "10.77.0.3" },
  },
  "machine/meta-data": { "meta-data": { instanceId: "AAAAkey", hostName: "source" } },
  "machine/user-data.sh": {
    "user-data.sh": {
      hostName: "source",
      authorizedKey: "ssh-ed25519 AAAAoperator it's mine",
      hostPublicKey: "ssh-ed25519 AAAAhost",
      hostPrivateKey: "-----BEGIN-----\nhost\n-----END-----\n",
    },
  },
  "machine/resolv.conf": { "resolv.conf": { address: "10.77.0.2", domain: "lab.internal" } },
  "machine/wait-for-names.service": { "wait-for-names.service": { name: "nfs" } },
  "nfs/client": { client: { address: "10.77.0.3" } },
  "nfs/dns-record": { "dns-record": { name: "source", address: "10.77.0.3", domain: "lab.internal" } },
  "nfs/dnsmasq.conf": { "dnsmasq.conf": { address: "10.77.0.2", domain: "lab.internal" } },
  "nfs/dnsmasq.service": { "dnsmasq.service": {} },
  "nfs/exports": { exports: { path: "/migration", clients: "10.77.0.3(rw) 10.77.0.4(rw)" } },
};
const cases = Object.entries(samples).flatMap(([template, outcomes]) =>
  Object.entries(outcomes).map(([golden, variables]) => ({ template, golden, variables })),
);
const scripts = templates.filter((template) => !(template in samples));

it("knows every template that has variables", () => {
  expect(templates).toEqual(expect.arrayContaining(Object.keys(samples)));
  for (const script of scripts) expect(render(script)).toMatch(/^# [A-Z][\s\S]*\nset -eu\n/);
});

describe("rendered", () => {
  it.each(cases)("$template looks as $golden does", async ({ template, golden, variables }) => {
    const path = join(repository, "test/golden", template.split("/")[0] ?? "", golden);
    await expect(render(template, variables)).toMatchFileSnapshot(path);
  });

  it.each(cases.filter(({ template }) => /\.(xml|xsl)$/.test(template)))(
    "$golden is well-formed XML whatever the values",
    ({ template, variables }) => {
      // An element in whole is no text to be escaped.
      const nasty = Object.entries(variables).map(([name, value]) => [
        name,
        typeof value === "string" && value !== "" && !value.startsWith("    <") ? `${value}<&>"'` : value,
      ]);
      expect(XMLValidator.validate(render(template, Object.fromEntries(nasty)))).toBe(true);
    },
  );
});

describe("scripts", () => {
  const shell = [...scripts, "machine/user-data.sh"];

  it.each(shell)("%s is shell that dash can read", (template) => {
    const { status, stderr } = spawnSync("sh", ["-n"], {
      input: render(template, samples[template]?.["user-data.sh"]),
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
  });

  it.each(shell)("%s turns no check of host keys off", (template) => {
    expect(readFileSync(join(folder, `${template}.hbs`), "utf8")).not.toContain("StrictHostKeyChecking");
  });

  it("speak only of error codes that the catalog explains", () => {
    const texts = templates.map((template) => readFileSync(join(folder, `${template}.hbs`), "utf8"));
    const codes = texts.flatMap((text) => text.match(/KVM-\d+/g) ?? []);
    expect(codes.length).toBeGreaterThan(3);
    for (const code of codes) expect(Object.keys(catalog)).toContain(code);
  });
});
