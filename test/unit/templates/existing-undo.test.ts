import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { render } from "../../../templates/render";
import { ScriptSandbox } from "./script-sandbox";

let sandbox: ScriptSandbox;
beforeEach(() => {
  sandbox = new ScriptSandbox();
});
afterEach(() => sandbox.remove());

const run = (template: string, ...args: string[]) => {
  const { exitCode, stderr } = sandbox.run(template, args);
  expect([exitCode, stderr]).toEqual([0, ""]);
};

describe("a share that is taken back", () => {
  const share = "nfs:/migration";
  const root = "/dev/vda / ext4 rw 0 1\n";
  const unmounts = "grep -v nfs4 $root/proc/mounts > $root/now; mv $root/now $root/proc/mounts";
  beforeEach(() => {
    sandbox.folder("sys/class/net/br0/bridge");
    sandbox.write("proc/uptime", "100.00 1.00\n");
    sandbox.write("proc/mounts", root);
    for (const program of ["virsh", "mount.nfs4", "systemctl", "findmnt"]) sandbox.standIn(program);
    sandbox.standIn("hostname", "echo source");
    sandbox.standIn("mount", `echo ${share} ${sandbox.at("images")} nfs4 rw 0 0 >> $root/proc/mounts`);
    sandbox.standIn("umount", unmounts);
  });
  const mountShare = () => {
    const mountPoint = sandbox.at("images");
    const line = render("host/fstab", { server: "nfs", exportPath: "/migration", mountPoint }).trimEnd();
    run("host/mount-share.sh", line, mountPoint, share, "br0");
  };
  const takeBack = () => run("existing/no-share.sh", sandbox.at("images"));

  it("is unmounted, and leaves fstab as it was, also when told twice", () => {
    sandbox.write("etc/fstab", root);
    mountShare();
    expect(sandbox.read("proc/mounts")).toContain(share);
    for (const _ of ["first", "again"]) {
      takeBack();
      expect([sandbox.read("etc/fstab"), sandbox.read("proc/mounts")]).toEqual([root, root]);
    }
  });

  it("stays mounted by somebody's own line, which is put back", () => {
    const theirs = `${root}${share} ${sandbox.at("images")} nfs defaults 0 0\n`;
    sandbox.write("etc/fstab", theirs);
    mountShare();
    expect(sandbox.read("etc/fstab")).not.toBe(theirs);
    sandbox.takeCalls();
    takeBack();
    expect(sandbox.read("etc/fstab")).toBe(theirs);
    expect(sandbox.takeCalls().filter((call) => call.startsWith("umount"))).toEqual([]);
  });

  it("that is in use is said, and everything stays as it is", () => {
    sandbox.write("etc/fstab", root);
    mountShare();
    const before = sandbox.read("etc/fstab");
    sandbox.standIn("umount", "echo 'umount: target is busy.' >&2; exit 32");
    const { exitCode, stderr } = sandbox.run("existing/no-share.sh", [sandbox.at("images")]);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^KVM-467 on source: expected .*images to be unmounted, found: umount: target is busy\.+ Fix: 'fuser/,
      ),
    ]);
    expect(sandbox.read("etc/fstab")).toBe(before);
  });

  it("is not unmounted where the lab made nothing", () => {
    const theirs = `${share} ${sandbox.at("images")} nfs defaults 0 0\n`;
    sandbox.write("etc/fstab", theirs);
    sandbox.write("proc/mounts", `${root}${share} ${sandbox.at("images")} nfs4 rw 0 0\n`);
    takeBack();
    expect(sandbox.read("etc/fstab")).toBe(theirs);
    expect(sandbox.takeCalls()).toEqual([]);
  });
});

describe("the hosts' logins to each other that are taken back", () => {
  const theirs = "ssh-ed25519 AAAAoperator operator\n";
  it("leave only the user's own keys and settings", () => {
    sandbox.write("root/.ssh/authorized_keys", theirs);
    sandbox.write("root/.ssh/known_hosts", "elsewhere ssh-rsa AAAA\n");
    run("host/trust.sh", "PRIVATE", "ssh-ed25519 AAAA kvm-migration-lab", "known", "settings", "192.0.2.3");
    for (const _ of ["first", "again"]) {
      run("existing/no-trust.sh");
      expect(sandbox.read("root/.ssh/authorized_keys")).toBe(theirs);
      const left = `ls -A ${sandbox.at("root/.ssh")} ${sandbox.at("etc/ssh/ssh_config.d")}`;
      expect(sandbox.runText(left).stdout).not.toContain("kvm-migration-lab");
    }
    expect(sandbox.has("root/.ssh/known_hosts")).toBe(true);
  });
});

describe("settings of libvirt that are taken back", () => {
  beforeEach(() => sandbox.standIn("systemctl"));
  it("leave qemu.conf as it was, and have libvirtd read it", () => {
    const theirs = '# migration_host\nuser = "root"\n';
    sandbox.write("etc/libvirt/qemu.conf", `${theirs}migration_host = "source" # kvm-migration-lab\n`);
    sandbox.write("etc/modules-load.d/kvm-migration-lab.conf", "kvm_amd\n");
    run("existing/no-libvirt-settings.sh");
    expect(sandbox.read("etc/libvirt/qemu.conf")).toBe(theirs);
    expect(sandbox.has("etc/modules-load.d/kvm-migration-lab.conf")).toBe(false);
    expect(sandbox.takeCalls()).toEqual(["systemctl try-restart libvirtd"]);
  });

  it("leave a migration_host of somebody's own, and libvirtd alone", () => {
    const theirs = 'migration_host = "kvm7"\n';
    sandbox.write("etc/libvirt/qemu.conf", theirs);
    run("existing/no-libvirt-settings.sh");
    expect(sandbox.read("etc/libvirt/qemu.conf")).toBe(theirs);
    expect(sandbox.takeCalls()).toEqual([]);
  });
});

describe("an export that is taken back", () => {
  beforeEach(() => sandbox.standIn("exportfs"));
  it("goes, and its folder with it only where it is empty", () => {
    sandbox.write("etc/exports.d/kvm-migration-lab.exports", "/migration 192.0.2.2(rw)\n");
    sandbox.write("share/guest/disk.qcow2", "");
    sandbox.folder("empty");
    run("existing/no-export.sh", sandbox.at("share"));
    expect(sandbox.takeCalls()).toEqual(["exportfs -ra"]);
    expect(sandbox.has("etc/exports.d/kvm-migration-lab.exports")).toBe(false);
    run("existing/no-export.sh", sandbox.at("empty"));
    expect([sandbox.has("share/guest/disk.qcow2"), sandbox.has("empty")]).toEqual([true, false]);
    expect(sandbox.takeCalls()).toEqual([]);
  });
});

describe("an iSCSI session that is taken back", () => {
  it("is logged out and forgotten; others stay", () => {
    const target = "iqn.2026-11.test:migration";
    const record = `etc/iscsi/nodes/${target}/192.0.2.1,3260,1/kvm-migration-lab`;
    for (const [name, of] of Object.entries({ session1: target, session2: "iqn.of:theirs" })) {
      sandbox.write(`sys/class/iscsi_session/${name}/targetname`, `${of}\n`);
      sandbox.write(`sys/class/iscsi_session/${name}/state`, "LOGGED_IN\n");
    }
    sandbox.write(record, "");
    sandbox.write("etc/iscsi/ifaces/kvm-migration-lab", "");
    sandbox.write("etc/systemd/system/open-iscsi.service.d/kvm-migration-lab.conf", "");
    sandbox.standIn("iscsiadm");
    sandbox.standIn("systemctl");
    run("existing/no-session.sh");
    expect(sandbox.takeCalls()).toEqual([
      `iscsiadm -m node -T ${target} --logout`,
      `iscsiadm -m node -T ${target} -I kvm-migration-lab -o delete`,
      "systemctl daemon-reload",
    ]);
    expect(sandbox.has("etc/systemd/system/open-iscsi.service.d")).toBe(false);
    expect(sandbox.has("etc/iscsi/ifaces/kvm-migration-lab")).toBe(false);
  });
});

describe("an iSCSI target that is taken back", () => {
  const target = "iqn.2026-11.test:migration";
  const inKernel = `sys/kernel/config/target/iscsi/${target}`;
  beforeEach(() => {
    sandbox.standIn("hostname", "echo nfs");
    sandbox.folder(inKernel);
  });
  it("is offered no more; its commands come by standard input", () => {
    sandbox.standIn("targetcli", `cat > $root/told; rm -r $root/${inKernel}`);
    run("existing/no-target.sh", target, "guest", "db");
    expect(sandbox.read("told")).toBe(
      `/iscsi delete ${target}\n/backstores/fileio delete guest\n/backstores/fileio delete db\nsaveconfig\n`,
    );
    sandbox.takeCalls();
    run("existing/no-target.sh", target, "guest", "db");
    expect(sandbox.takeCalls()).toEqual([]);
  });

  it("that stays is an error", () => {
    sandbox.standIn("targetcli", "echo Something went wrong");
    const { exitCode, stderr } = sandbox.run("existing/no-target.sh", [target, "guest"]);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^KVM-459 on nfs: .*went wrong/)]);
  });
});
