import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptSandbox } from "./script-sandbox";

/** What libvirt 9.0 shows of the lab's running guest, as far as the scripts read it. */
const live = (more = "") => `<domain type='qemu' id='2'>
  <devices>
    <disk type='file' device='disk'>
      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>
    </disk>
    <controller type='pci' index='0' model='pcie-root'>
    </controller>
    <controller type='pci' index='1' model='pcie-root-port'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0' multifunction='on'/>
    </controller>
    <controller type='pci' index='2' model='pcie-root-port'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x1'/>
    </controller>
    <controller type='pci' index='3' model='pcie-root-port'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>
    </controller>
    <interface type='bridge'>
      <mac address='52:54:00:4d:00:32'/>
      <source bridge='br0'/>
      <target dev='vnet0'/>
      <model type='virtio'/>
      <rom enabled='no'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>${more}
  </devices>
</domain>
`;

/** One virsh with one guest; what it is given as a file becomes part of the guest, or goes. */
const virsh = `
[ "$1" != --quiet ] || shift
case $1 in
  domstate) [ -e "$root/guest" ] && echo running || exit 1 ;;
  dumpxml) cat "$root/guest" ;;
  update-device) cp "$3" "$root/updated"; sed -i "s/<source bridge='.*'/$(grep -o "<source bridge='.*'" "$3")/" "$root/guest" ;;
  attach-device) cp "$3" "$root/attached"; sed -i "/<devices>/r $3" "$root/guest" ;;
  detach-device) sed -i "/<shmem/,/<\\/shmem>/d" "$root/guest" ;;
esac`;

describe("what is broken about the guest itself", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
    sandbox.folder("run");
    sandbox.write("guest", live());
    sandbox.standIn("virsh", virsh);
    sandbox.standIn(
      "ip",
      `case $1 in
  -batch) cat > $root/links; mkdir -p $root/sys/class/net/br-only-here $root/sys/class/net/only-here1; ln -s ../br0 $root/sys/class/net/only-here1/master ;;
  link) rm -r $root/sys/class/net/\${3%0}* ;;
esac`,
    );
  });
  afterEach(() => sandbox.remove());
  const run = (word: string, action: string) => {
    sandbox.takeCalls();
    const result = sandbox.run(`break/${word}.sh`, [action, "guest"]);
    return { ...result, calls: sandbox.takeCalls() };
  };

  it("hangs its interface, otherwise as it is, on a bridge that is joined to its own, and back", () => {
    expect(run("bridge", "break")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sandbox.read("links")).toContain("link set only-here1 master br0 up\n");
    const updated = sandbox
      .read("updated")
      .split("\n")
      .map((line) => line.trim());
    expect(updated.join("\n")).toBe(`<interface type='bridge'>
<mac address='52:54:00:4d:00:32'/>
<source bridge='br-only-here'/>
<target dev='vnet0'/>
<model type='virtio'/>
<rom enabled='no'/>
<address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
</interface>
`);
    expect(run("bridge", "break").calls.filter((call) => call.includes("update-device"))).toEqual([]);
    const fixed = run("bridge", "fix");
    expect(fixed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sandbox.read("guest")).toBe(live());
    expect(fixed.calls.slice(-2)).toEqual(["ip link delete only-here0", "ip link delete br-only-here"]);
  });

  it("gives it a device in the one free socket, and takes it off again", () => {
    expect(run("device", "break")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sandbox.read("attached")).toContain("bus='0x03' slot='0x00'");
    expect(run("device", "break").calls.filter((call) => call.includes("attach-device"))).toEqual([]);
    expect(run("device", "fix")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sandbox.read("guest")).toBe(live());
    expect(sandbox.has("run/kvm-migration-lab.device.xml")).toBe(false);
  });

  it("says so when no socket is free", () => {
    sandbox.write("guest", live("<address type='pci' domain='0x0000' bus='0x03' slot='0x00'/>"));
    expect(run("device", "break")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("no free PCI"),
    });
  });

  it.each(["bridge", "device"])("asks nobody when there is nothing to fix: %s", (word) => {
    expect(run(word, "fix")).toMatchObject({ exitCode: 0, calls: [] });
  });

  it.each(["bridge", "device"])("breaks nothing of a guest that runs elsewhere, and says so: %s", (word) => {
    sandbox.standIn("virsh", "exit 1");
    const { exitCode, stderr } = run(word, "break");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("./lab up -c guestRunsOn=source");
  });
});
