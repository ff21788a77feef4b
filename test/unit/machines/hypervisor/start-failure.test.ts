import { describe, expect, it } from "vitest";
import { refusesNamespaces, startFailure, tellingLines } from "../../../../machines/hypervisor/start-failure";

const usual = [
  "2026-11-23 06:32:53.476+0000: 34: info : libvirt version: 9.0.0, package: 9.0.0-4+deb12u2 (Debian)",
  "2026-11-23 06:32:53.476+0000: 34: error : virGDBusGetSystemBus:99 : internal error: Unable to get system bus",
  "2026-11-23 06:32:53.478+0000: 34: error : udevGetDMIData:1936 : internal error: Failed to get udev device",
].join("\n");
const broken =
  "2026-11-23 06:33:42.657+0000: 36: error : virStateInitialize:660 : Initialization of QEMU state driver failed";

describe("tellingLines", () => {
  it("leaves out what libvirtd always complains about", () => {
    expect(tellingLines(`${usual}\n${broken}\n`)).toBe(broken);
  });
});

describe("refusesNamespaces", () => {
  it.each([
    "unshare: unshare failed: Operation not permitted",
    "mount: /proc: permission denied.",
    "unshare: unshare failed: No space left on device",
  ])("knows %j", (log) => {
    expect(refusesNamespaces(`${log}\n`)).toBe(true);
  });

  it("does not take libvirtd's complaints for it", () => {
    expect(refusesNamespaces(broken)).toBe(false);
  });
});

describe("startFailure", () => {
  it("tells a refusal from a libvirtd that does not come up", () => {
    const refused = startFailure(
      "ended with exit code 1",
      "unshare: unshare failed: Operation not permitted\n",
    );
    expect(refused.facts.code).toBe("KVM-310");
    const failed = startFailure("ended with exit code 1", `${usual}\n${broken}\n`);
    expect(failed.facts).toMatchObject({ code: "KVM-314", found: `ended with exit code 1: ${broken}` });
  });
});
