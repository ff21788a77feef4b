import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptSandbox } from "./script-sandbox";

const share = "10.77.0.2:/migration";

describe("glusterfs/mount-volume.sh on a host that has the volume mounted", () => {
  let sandbox: ScriptSandbox;
  let images = "";
  let line = "";
  beforeEach(() => {
    sandbox = new ScriptSandbox();
    images = sandbox.at("images");
    line = `${share} ${images} glusterfs rw,_netdev 0 0`;
    sandbox.folder("images");
    sandbox.folder("sys/class/net/br0/bridge");
    sandbox.folder("etc/systemd/system/multi-user.target.wants");
    sandbox.write("proc/uptime", "100.00 1.00\n");
    sandbox.write("proc/mounts", `${share} ${images} fuse.glusterfs rw 0 0\n`);
    for (const program of ["virsh", "systemctl", "sleep", "findmnt", "mount.glusterfs", "pgrep"])
      sandbox.standIn(program);
    sandbox.standIn("hostname", "echo source");
    sandbox.standIn("umount", ": > $root/proc/mounts");
    sandbox.standIn("mount", `echo ${share} ${images} fuse.glusterfs rw 0 0 > $root/proc/mounts`);
  });
  afterEach(() => sandbox.remove());
  const run = () => {
    const result = sandbox.run("glusterfs/mount-volume.sh", [line, images, share, "br0", ""]);
    return { ...result, calls: sandbox.takeCalls() };
  };
  const mounts = (calls: readonly string[]) => calls.filter((call) => /^u?mount /.test(call));
  /** Answers from the n-th time on. */
  const answersAt = (time: number) =>
    sandbox.standIn(
      "stat",
      `echo >> $root/tries; [ "$(wc -l < $root/tries)" -ge ${time} ] || { echo 'Transport endpoint is not connected' >&2; exit 1; }`,
    );

  it("leaves one alone that answers", () => {
    answersAt(1);
    const { exitCode, stderr, calls } = run();
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(mounts(calls)).toEqual([]);
  });

  it("waits for the bricks where the client lives, and unmounts nothing", () => {
    answersAt(4);
    const { exitCode, stderr, calls } = run();
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(calls.filter((call) => call === "sleep 1")).toHaveLength(3);
    expect(mounts(calls)).toEqual([]);
  });

  it("says so when they do not come, and leaves it mounted", () => {
    answersAt(1_000);
    const { exitCode, stderr, calls } = run();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^KVM-452 on source: expected .* found: Transport endpoint is not connected\. Fix: /,
    );
    expect(mounts(calls)).toEqual([]);
  });

  it("mounts it again where its client has ended", () => {
    answersAt(1_000);
    sandbox.standIn("pgrep", "exit 1");
    const { exitCode, stderr, calls } = run();
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(mounts(calls)).toEqual([`umount -l ${images}`, `mount ${images}`]);
  });
});
