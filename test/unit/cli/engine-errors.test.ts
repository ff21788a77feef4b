import { describe, expect, test } from "vitest";
import { engineError, withoutAddress } from "../../../cli/engine-errors";
import { complaintsIn, diagnosticsIn, labErrorsIn } from "../../../toolchain/pulumi/engine-diagnostics";

const refused = `@ updating....
 ~  kvmlab:index:Migration migration **updating failed** error: KVM-602 on target
Diagnostics:
  pulumi:pulumi:Stack (kvm-migration-lab-dev):
    error: update failed

  kvmlab:index:Migration (migration):
    error: KVM-602 on target
      expected: no guest guest on target, where it should be moved to
      found:    guest (shut off, UUID u2)
      fix:      if it is not needed, on target: virsh undefine guest

Outputs:
    guest: {
`;

// A script of templates/ that failed on two hosts: the command plugin passes on its standard error.
const notMounted = (host: string) => `  command:remote:Command (kvm-${host}):
    error: running "sh -s": exit status 1:
    KVM-452 on ${host}: expected nfs:/migration on /var/lib/libvirt/images, found: nothing; mount.nfs4: access denied
    by server. Fix: on the NFS server 'exportfs -v', here 'mount /var/lib/libvirt/images'
`;

describe("a failed run with errors of the lab's own", () => {
  test("is told by them, with the code that they have", () => {
    const error = engineError("pulumi up", refused, "/cache/labs/dev/pulumi.log");
    expect(error.facts).toMatchObject({
      code: "KVM-602",
      host: "target",
      found: "guest (shut off, UUID u2)",
      fix: "if it is not needed, on target: virsh undefine guest",
    });
    expect(error.message).toBe(`KVM-602 on target
  expected: no guest guest on target, where it should be moved to
  found:    guest (shut off, UUID u2)
  fix:      if it is not needed, on target: virsh undefine guest
  all of it: /cache/labs/dev/pulumi.log`);
  });

  test("keeps facts of several lines whole", () => {
    const several = refused.replace("guest (shut off, UUID u2)", "guest (shut off,\n      UUID u2)");
    expect(labErrorsIn(several)).toMatchObject([{ found: "guest (shut off, UUID u2)" }]);
  });

  test("tells of each host, also in the words of a script", () => {
    const output = `Diagnostics:\n${notMounted("source")}\n${notMounted("target")}\n`;
    const { message } = engineError("pulumi up", output);
    expect(message.match(/^KVM-452 on \w+$/gm)).toEqual(["KVM-452 on source", "KVM-452 on target"]);
    expect(message).toContain("found:    nothing; mount.nfs4: access denied by server\n");
    expect(message).toContain(
      "fix:      on the NFS server 'exportfs -v', here 'mount /var/lib/libvirt/images'",
    );
  });

  test("says in the lab's words which machines did not boot, each once", () => {
    // As the plugin 0.5.4 said it of two of three machines with an empty disk.
    const complaint = (machine: string) => `  libvirt:index:Domain (${machine}):
    error:   sdk-v2/provider2.go:572: sdk.helper_schema: couldn't retrieve IP address of domain id: 4b56. Please check following:
    1) is the domain running properly?
    error: 1 error occurred:
    \t* couldn't retrieve IP address of domain id: 4b56. Please check following:
`;
    const other = "  libvirt:index:Domain (target):\n    error: no space left\n";
    const output = `Diagnostics:\n${other}\n${complaint("nfs")}\n${complaint("source")}\n`;
    expect(withoutAddress(output).map(({ code, host }) => `${code} ${host}`)).toEqual([
      "KVM-408 nfs",
      "KVM-408 source",
    ]);
    expect(engineError("pulumi up", output).facts.code).toBe("KVM-408");
  });

  test("takes no code that the lab does not have", () => {
    expect(labErrorsIn("KVM-999 on x\n expected: a\n found: b\n fix: c\n")).toEqual([]);
  });
});

describe("a failed run without", () => {
  test("is told by the engine's diagnostics, each once, with the resource and the cause", () => {
    const output = `\nDiagnostics:
  pulumi:pulumi:Stack (kvm-migration-lab-dev):
    error: update failed

  libvirt:index:Domain (source):
    error:   sdk-v2/provider2.go:572: sdk.helper_schema: error creating libvirt domain
    error: 1 error occurred:
    \t* error creating libvirt domain: out of memory
    
    
    error: 1 error occurred:
    \t* error creating libvirt domain: out of memory

Resources:
    + 12 created
`;
    expect(diagnosticsIn(output)).toEqual([
      "libvirt:index:Domain (source): sdk-v2/provider2.go:572: sdk.helper_schema: error creating libvirt domain",
      "libvirt:index:Domain (source): error creating libvirt domain: out of memory",
    ]);
    expect(engineError("pulumi up", output).facts.code).toBe("KVM-903");
  });

  test("is told by its last lines when there are no diagnostics", () => {
    expect(diagnosticsIn("error: no stack named 'x' found\n\n")).toEqual(["error: no stack named 'x' found"]);
    expect(diagnosticsIn("")).toEqual(["nothing: it ended without output"]);
  });
});

describe("a failed run in one line, for whoever goes on without it", () => {
  test("has the lab's own errors, and not the summary that stands below them", () => {
    const output = `\n${refused.replace("Outputs:\n    guest: {\n", "Resources:\n    + 35 created\n    8 errored\n\nDuration: 6m1s\n")}`;
    expect(complaintsIn(output)).toBe(
      "KVM-602 on target: expected no guest guest on target, where it should be moved to, found guest (shut off, UUID u2)",
    );
  });

  test("has the engine's diagnostics where there are none", () => {
    const output = `
Diagnostics:
  libvirt:index:Network (network):
    error: 1 error occurred:
    \t* network is in use

  pulumi:pulumi:Stack (kvm-migration-lab-dev):
    error: update failed

Resources:
    + 35 created
    8 errored

Duration: 6m1s
`;
    expect(complaintsIn(output)).toBe("libvirt:index:Network (network): network is in use");
  });
});
