import { describe, expect, test } from "vitest";
import { blockJobsOf } from "../../../../../provider/preflight/facts/block-jobs";
import { diskOf } from "../../../../../provider/preflight/facts/guest-disk";
import { parseListeners } from "../../../../../provider/preflight/facts/listening";
import { neededPaths } from "../../../../../provider/preflight/facts/needed-paths";
import { numbersIn } from "../../../../../provider/preflight/facts/number-list";
import { readXml } from "../../../../../provider/preflight/facts/xml-element";
import { host } from "../sample-facts";
import * as texts from "../sample-texts";

const element = (text: string) => {
  const read = readXml(text);
  if (read === undefined) throw new Error("no XML");
  return read;
};
const pathsOf = (devices: string) =>
  neededPaths(element(`<domain><devices>${devices}</devices></domain>`)).map(({ path }) => path);

describe("the paths that a definition names", () => {
  test("are what must be there, or the folder of what QEMU makes", () => {
    expect(
      pathsOf(`
        <serial type='file'><source path='/var/log/web1.log'/><log file='/srv/log/web1.log'/></serial>
        <serial type='pty'><source path='/dev/pts/3'/></serial>
        <channel type='unix'><source mode='connect' path='/run/helper.sock'/></channel>
        <channel type='unix'><source mode='bind' path='/srv/sockets/web1.sock'/></channel>
        <interface type='vhostuser'><source type='unix' path='/run/openvswitch/vhu1' mode='client'/></interface>
        <interface type='vhostuser'><source type='unix' path='/run/vhost/vhu2' mode='server'/></interface>
        <rng model='virtio'><backend model='random'>/dev/hwrng</backend></rng>
        <graphics type='spice'><gl enable='yes' rendernode='/dev/dri/renderD128'/></graphics>`),
    ).toEqual([
      "/var/log",
      "/srv/log",
      "/run/helper.sock",
      "/srv/sockets",
      "/run/openvswitch/vhu1",
      "/run/vhost",
      "/dev/hwrng",
      "/dev/dri/renderD128",
    ]);
  });

  test("of QEMU's own arguments are their folders", () => {
    const arguments_ = ["-chardev", "file,id=a,path=/srv/trace/a.log", "-m", "128"];
    const text = arguments_.map((value) => `<qemu:arg value='${value}'/>`).join("");
    const domain = `<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:commandline>${text}</qemu:commandline></domain>`;
    expect(neededPaths(element(domain)).map(({ path }) => path)).toEqual(["/srv/trace"]);
  });

  test("are none where libvirt makes the folder itself", () => {
    expect(
      pathsOf(
        "<graphics type='vnc'><listen type='socket' socket='/run/libvirt/qemu/1-web1/vnc.sock'/></graphics>",
      ),
    ).toEqual([]);
  });
});

test("lists of numbers are as libvirt and the kernel write them", () => {
  expect(numbersIn("0-3,^2,8")).toEqual([0, 1, 3, 8]);
  expect(numbersIn(" 5 ")).toEqual([5]);
  expect(numbersIn(undefined)).toEqual([]);
});

test("a socket that listens is read as the kernel writes it", () => {
  expect(parseListeners("0100007F:170C\n00000000000000000000000000000000:0016\n")).toEqual([
    { address: "127.0.0.1", port: 5900 },
    { address: undefined, port: 22 },
  ]);
});

test("a pull is told by virsh alone, a copy by the definition too", () => {
  const disk = (mirror: string, name: string) =>
    diskOf(element(`<disk type='file'><source file='/d'/>${mirror}<target dev='${name}'/></disk>`));
  const disks = [disk("", "vda"), disk("", "vdb"), disk("<mirror type='file' job='copy'/>", "vdc")];
  const answers = ["No current block job for vda\n\n", "Block Pull: [ 12 %]\n\n", "\n"];
  expect(blockJobsOf(disks, answers)).toEqual([
    { disk: "vdb", words: "Block Pull: [ 12 %]" },
    { disk: "vdc", words: "a copy or commit (<mirror>)" },
  ]);
});

test("virsh's tables of secrets and filters are read by their columns", () => {
  const secrets = texts.secrets(" 8f6f6a0e-7c0e-8f6e-9a4f-4b7f6f0a2f11   ceph client.admin secret\n");
  const facts = host("target", { secrets });
  expect([...(facts.secrets ?? [])]).toEqual([
    "8f6f6a0e-7c0e-8f6e-9a4f-4b7f6f0a2f11",
    "ceph client.admin secret",
  ]);
  expect([...(facts.filters ?? [])]).toEqual(["clean-traffic", "no-mac-spoofing"]);
  expect(host("target", { secrets: "\n" }).secrets).toBeUndefined();
});
