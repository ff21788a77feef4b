import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { render } from "../../../templates/render";
import { ScriptSandbox } from "./script-sandbox";

const mountPoint = "images";
const share = "nfs:/migration";

describe("host/mount-share.sh", () => {
  let sandbox: ScriptSandbox;
  let line = "";
  beforeEach(() => {
    sandbox = new ScriptSandbox();
    line = render("host/fstab", {
      server: "nfs",
      exportPath: "/migration",
      mountPoint: sandbox.at(mountPoint),
    }).trimEnd();
    sandbox.folder("sys/class/net/br0/bridge");
    sandbox.write("proc/uptime", "100.00 1.00\n");
    for (const program of ["systemctl", "virsh"]) sandbox.standIn(program);
    sandbox.standIn("hostname", "echo source");
    // Time passes here only when somebody sleeps: half a minute at once.
    sandbox.standIn(
      "sleep",
      `awk '{ print $1 + 30 ".00" }' $root/proc/uptime > $root/now && mv $root/now $root/proc/uptime`,
    );
    // What is mounted at the mount point stands in a file.
    sandbox.standIn("findmnt", "cat $root/mounted 2> /dev/null");
    sandbox.standIn("mount", `echo ${share} > $root/mounted`);
  });
  afterEach(() => sandbox.remove());
  const run = () => {
    sandbox.takeCalls();
    const result = sandbox.run("host/mount-share.sh", [line, sandbox.at(mountPoint), share, "br0"]);
    return { ...result, calls: sandbox.takeCalls() };
  };

  it("writes fstab, mounts, and sees that libvirtd answers", () => {
    sandbox.write("etc/fstab", "# the root\n/dev/vda / ext4 rw 0 1\n");
    const { exitCode, stderr, calls } = run();
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(sandbox.read("etc/fstab")).toBe(`# the root\n/dev/vda / ext4 rw 0 1\n${line}\n`);
    expect(calls).toContain(`mount ${sandbox.at(mountPoint)}`);
    expect(calls).toContain("virsh --connect qemu:///system version");
    expect(calls.filter((call) => call.startsWith("apt-get"))).toEqual([]);
  });

  it("mounts nothing that is mounted already, and leaves fstab as it is", () => {
    run();
    const before = sandbox.read("etc/fstab");
    const { exitCode, calls } = run();
    expect(exitCode).toBe(0);
    expect(calls.filter((call) => call.startsWith("mount "))).toEqual([]);
    expect(sandbox.read("etc/fstab")).toBe(before);
    expect(before).toBe(`${line}\n`);
  });

  it("replaces an older line of its own, such as the course's, and keeps comments", () => {
    const at = sandbox.at(mountPoint);
    sandbox.write("etc/fstab", `# ${at} is the share\n${share} ${at} nfs defaults 0 0\n`);
    expect(run().exitCode).toBe(0);
    expect(sandbox.read("etc/fstab")).toBe(`# ${at} is the share\n${line}\n`);
  });

  it.each([
    ["mounted there", "mounted", "/dev/sdb1\n"],
    ["planned in fstab", "etc/fstab", ""],
  ])("does not hide what is %s", (_, file, text) => {
    const foreign = text || `/dev/sdb1 ${sandbox.at(mountPoint)} ext4 defaults 0 2\n`;
    sandbox.write(file, foreign);
    const { exitCode, stderr, calls } = run();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^KVM-454 on source: expected .*images free for the share, found: \/dev\/sdb1\. Mend: /,
    );
    expect(calls.filter((call) => call.startsWith("mount "))).toEqual([]);
    expect(sandbox.read(file)).toBe(foreign);
  });

  it("gives up after a minute and a half, and carries what mount said", () => {
    sandbox.standIn("mount", "echo 'mount.nfs4: access denied by server' >&2; exit 32");
    const { exitCode, stderr, calls } = run();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^KVM-452 on source: .* found: nothing; mount\.nfs4: access denied by server\. Mend: /,
    );
    expect(calls.filter((call) => call.startsWith("mount ")).length).toBe(4);
  });

  it("does not believe mount's word: what is mounted must be the share", () => {
    sandbox.standIn("mount", "exit 0");
    expect(run().stderr).toMatch(/^KVM-452 on source: expected nfs:\/migration on .* found: nothing/);
  });

  it("wants the bridge", () => {
    sandbox.runText(`rmdir ${sandbox.at("sys/class/net/br0/bridge")}`);
    expect(run().stderr).toMatch(/^KVM-453 on source: expected a bridge br0 .* config key bridge/);
  });
});
