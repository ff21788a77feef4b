import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, it } from "vitest";
import { settingsOfStack } from "../../../components/settings-of-stack";

const withConfig = (config: Record<string, string>) => {
  pulumi.runtime.setAllConfig(config);
  return settingsOfStack();
};
afterEach(() => pulumi.runtime.setAllConfig({}));

it("reads the lab's own keys, integers as numbers", () => {
  const settings = withConfig({
    "kvm-migration-lab:hostVcpus": "2",
    "kvm-migration-lab:guestRunsOn": "source",
    "libvirt:uri": "qemu:///system",
  });
  expect(settings).toMatchObject({ hostVcpus: 2, guestRunsOn: "source", hostMemoryMiB: 1024 });
});

it("refuses keys that the lab does not know", () => {
  expect(() => withConfig({ "kvm-migration-lab:hostVCPU": "2" })).toThrow(
    /KVM-101[\s\S]*did you mean hostVcpus\?[\s\S]*hostVCPU: "2"/,
  );
});

it("shows a value that is no integer as it was written", () => {
  expect(() => withConfig({ "kvm-migration-lab:hostVcpus": "two" })).toThrow(
    /hostVcpus: 1 to 64[\s\S]*hostVcpus: "two"/,
  );
});

it("reads objects as the engine hands them over", () => {
  const settings = withConfig({
    "kvm-migration-lab:migrationOptions": '{"convergence":{"action":"abort"},"mode":"hybrid"}',
    "kvm-migration-lab:measure": "true",
  });
  expect(settings).toMatchObject({
    migrationOptions: { mode: "hybrid", convergence: { action: "abort" } },
    measure: true,
  });
});
