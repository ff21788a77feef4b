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
    sandbox.standIn("virsh");
    sandbox.standIn("mount.nfs4");
    sandbox.standIn("systemctl");
    sandbox.standIn("hostname", "echo source");
    // Time passes here only when somebody sleeps: half a minute at once.
    sandbox.standIn(
      "sleep",
      `awk '{ print $1 + 30 ".00" }' $root/proc/uptime > $root/now && mv $root/now $root/proc/uptime`,
    );
    sandbox.write("proc/mounts", "/dev/vda / ext4 rw 0 0\n");
    sandbox.standIn("findmnt");
    sandbox.standIn("mount", mounting(share));
  });
  afterEach(() => sandbox.remove());
  const mounting = (what: string) =>
    `echo ${what} ${sandbox.at(mountPoint)} nfs4 rw 0 0 >> $root/proc/mounts`;
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

  it("takes the place of somebody's own line, which stays as a comment, and of its own older one", () => {
    const at = sandbox.at(mountPoint);
    const theirs = `${share} ${at} nfs defaults 0 0`;
    const older = line.replace("timeo=50", "timeo=60");
    sandbox.write("etc/fstab", `# ${at} is the share\n${theirs}\n${older}\n`);
    const wanted = `# ${at} is the share\n# kvm-migration-lab has taken the place of: ${theirs}\n${line}\n`;
    for (const _ of ["first", "again"]) {
      expect(run().exitCode).toBe(0);
      expect(sandbox.read("etc/fstab")).toBe(wanted);
    }
  });

  it("hides no files that are in the folder", () => {
    sandbox.write(`${mountPoint}/their guest.qcow2`, "");
    const { exitCode, stderr, calls } = run();
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^KVM-468 on source: expected .*images to be empty.* found: 1 files there, such as their guest\.qcow2\. Fix: /,
      ),
    ]);
    expect(calls.filter((call) => call.startsWith("mount "))).toEqual([]);
    expect(sandbox.read("etc/fstab")).toBe("");
  });

  it.each([
    ["mounted there", "proc/mounts"],
    ["planned in fstab", "etc/fstab"],
  ])("does not hide what is %s", (_, file) => {
    const foreign = `/dev/sdb1 ${sandbox.at(mountPoint)} ext4 defaults 0 2\n`;
    sandbox.write(file, foreign);
    const { exitCode, stderr, calls } = run();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^KVM-454 on source: expected .*images free for the share, found: \/dev\/sdb1\. Fix: /,
    );
    expect(calls.filter((call) => call.startsWith("mount "))).toEqual([]);
    expect(sandbox.read(file)).toBe(foreign);
  });

  it("knows what is mounted there also where a link leads to it", () => {
    sandbox.standIn("findmnt", `echo ${share}`);
    const { exitCode, calls } = run();
    expect(exitCode).toBe(0);
    expect(calls.filter((call) => call.startsWith("mount "))).toEqual([]);
  });

  it("asks libvirtd once, and again when it was down meanwhile", () => {
    const asked = () => run().calls.filter((call) => call.startsWith("virsh")).length;
    sandbox.running("libvirtd");
    expect([asked(), asked()]).toEqual([1, 0]);
    sandbox.running("bash", "libvirtd");
    expect(asked()).toBe(1);
    sandbox.write("run/libvirtd.pid", "158");
    expect(asked()).toBe(1);
  });

  it("fails when libvirtd does not answer, also the next time", () => {
    sandbox.standIn("virsh", "exit 1");
    expect([run().exitCode, run().exitCode]).toEqual([1, 1]);
  });

  it("gives up after a minute and a half, and carries what mount said", () => {
    sandbox.standIn("mount", "echo 'mount.nfs4: access denied by server' >&2; exit 32");
    const { exitCode, stderr, calls } = run();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^KVM-452 on source: .* found: nothing; mount\.nfs4: access denied by server\. Fix: /,
    );
    expect(calls.filter((call) => call.startsWith("mount ")).length).toBe(4);
  });

  it("does not believe mount's word: what is mounted must be the share", () => {
    sandbox.standIn("mount", "exit 0");
    expect(run().stderr).toMatch(/^KVM-452 on source: expected nfs:\/migration on .* found: nothing/);
  });

  it("installs what is missing on a machine that never mounted a share", () => {
    sandbox.standIn("apt-get");
    sandbox.runText(`rm ${sandbox.at("bin/mount.nfs4")}`);
    const installs = run().calls.filter((call) => call.startsWith("apt-get"));
    expect(installs[1]).toMatch(/^apt-get install .* nfs-common$/);
  });

  it("wants the bridge", () => {
    sandbox.runText(`rmdir ${sandbox.at("sys/class/net/br0/bridge")}`);
    expect(run().stderr).toMatch(/^KVM-453 on source: expected a bridge br0 .* config key bridge/);
  });
});
