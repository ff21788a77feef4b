import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptSandbox } from "./script-sandbox";

describe("host/start-libvirt.sh", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
    for (const program of ["libvirtd", "systemctl", "apt-get", "modprobe"]) sandbox.standIn(program);
    sandbox.write("proc/sys/kernel/hostname", "source\n");
  });
  afterEach(() => sandbox.remove());
  const run = () => {
    sandbox.takeCalls();
    const result = sandbox.run("host/start-libvirt.sh", ["source"]);
    return { ...result, calls: sandbox.takeCalls() };
  };

  it("starts libvirtd without waiting for it, and installs nothing where nothing is missing", () => {
    const { exitCode, calls } = run();
    expect(exitCode).toBe(0);
    expect(calls).toContain("systemctl start --no-block libvirtd");
    expect(calls.filter((call) => call.startsWith("apt-get"))).toEqual([]);
  });

  it("leaves a libvirtd alone that runs", () => {
    sandbox.running("libvirtd");
    expect(run()).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run().calls.filter((call) => call.startsWith("systemctl"))).toEqual([]);
  });

  it("loads KVM before libvirtd looks for it, and says what guests can be run by", () => {
    sandbox.standIn("modprobe", '[ "$1" != kvm_amd ]');
    const { stdout, calls } = run();
    const order = ["modprobe kvm_amd", "modprobe kvm_intel", "systemctl start --no-block libvirtd"];
    expect(calls.filter((call) => order.includes(call))).toEqual(order);
    expect(stdout).toBe("tcg\n");
    sandbox.write("dev/kvm", "");
    expect(run().stdout).toBe("kvm\n");
  });

  it("has KVM loaded at each boot where no udev does so, by the module that fits", () => {
    const loads = "etc/modules-load.d/kvm-migration-lab.conf";
    sandbox.folder("etc/modules-load.d");
    sandbox.standIn("modprobe", '[ "$1" = kvm_intel ] && mkdir -p $root/sys/module/kvm_intel');
    expect(run().exitCode).toBe(0);
    expect(sandbox.read(loads)).toBe("kvm_intel\n");
    sandbox.write(loads, "kvm_intel # by hand\n");
    run();
    expect(sandbox.read(loads)).toBe("kvm_intel # by hand\n");
    sandbox.write(loads, "");
    sandbox.write("run/udev/control", "");
    run();
    expect(sandbox.read(loads)).toBe("");
  });

  it("has a libvirtd that runs look for KVM again when KVM came after it", () => {
    sandbox.running("libvirtd");
    sandbox.standIn("modprobe", "mkdir -p $root/dev && : > $root/dev/kvm");
    const restart = "systemctl restart libvirtd";
    expect(run().calls).toContain(restart);
    expect(run().calls).not.toContain(restart);
  });

  it("does not need a module for what the kernel has built in", () => {
    sandbox.standIn("modprobe", "exit 1");
    expect(run().exitCode).toBe(0);
  });

  it("installs what is missing on a machine that is no KVM host yet", () => {
    sandbox.standIn("dpkg");
    sandbox.runText(`rm ${sandbox.at("bin/libvirtd")}`);
    const installs = run().calls.filter((call) => call.startsWith("apt-get"));
    expect(installs[0]).toBe("apt-get update -q");
    expect(installs[1]).toMatch(/^apt-get install .* libvirt-daemon-system/);
  });

  it("leaves libvirt's own settings alone where the host's name is the lab's", () => {
    sandbox.write("etc/libvirt/qemu.conf", "# mine\n");
    run();
    expect(sandbox.read("etc/libvirt/qemu.conf")).toBe("# mine\n");
  });

  it("makes libvirt go by the lab's name on a host of another name, once, unless its owner decided", () => {
    sandbox.write("proc/sys/kernel/hostname", "kvm1.example.org\n");
    sandbox.write("etc/libvirt/qemu.conf", '#migration_host = "host.example.com"\n');
    expect(run().calls).toContain("systemctl try-restart libvirtd");
    expect(sandbox.read("etc/libvirt/qemu.conf")).toMatch(
      /\nmigration_host = "source" # kvm-migration-lab\n$/,
    );
    expect(run().calls).not.toContain("systemctl try-restart libvirtd");

    sandbox.write("etc/libvirt/qemu.conf", 'migration_host = "192.0.2.2"\n');
    run();
    expect(sandbox.read("etc/libvirt/qemu.conf")).toBe('migration_host = "192.0.2.2"\n');
  });
});
