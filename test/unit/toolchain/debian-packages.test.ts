import { describe, expect, it } from "vitest";
import { aptComplaints, classifyAptFailure, missingPackages } from "../../../toolchain/debian-packages";

describe("missingPackages", () => {
  it("takes only fully installed packages for present", () => {
    const states = "ii \tlibvirt-daemon\nrc \tgenisoimage\nun \tqemu-kvm\nhi \txsltproc\niU \tmmdebstrap\n";
    const names = ["libvirt-daemon", "genisoimage", "qemu-kvm", "xsltproc", "mmdebstrap", "unheard-of"];
    expect(missingPackages(names, states)).toEqual(["genisoimage", "qemu-kvm", "mmdebstrap", "unheard-of"]);
  });

  it("names a package that is asked for twice once", () => {
    expect(missingPackages(["gcc", "gcc"], "")).toEqual(["gcc"]);
  });
});

describe("classifyAptFailure", () => {
  it.each([
    ["E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt)", "KVM-305"],
    ["E: Unable to locate package unheard-of", "KVM-304"],
    ["E: Package 'netcat' has no installation candidate", "KVM-304"],
    ["W: Failed to fetch http://archive/x.deb  Temporary failure resolving 'archive'", "KVM-303"],
    ["E: Sub-process /usr/bin/dpkg returned an error code (1)", "KVM-306"],
  ] as const)("%s is %s", (text, code) => {
    expect(classifyAptFailure(text)).toBe(code);
  });
});

describe("aptComplaints", () => {
  it("keeps apt's error lines", () => {
    expect(aptComplaints("Reading package lists...\nE: Unable to locate package unheard-of\n")).toBe(
      "E: Unable to locate package unheard-of",
    );
  });

  it("falls back on the last lines", () => {
    expect(aptComplaints("one\n\ntwo\n")).toBe("one; two");
  });
});
