import { describe, expect, test } from "vitest";
import { networkToLeave } from "../../../cli/old-network";

const urn = "urn:pulumi:dev::kvm-migration-lab::lab$libvirt:index/network:Network::network";
const stateIn = (addresses: string[]) =>
  JSON.stringify({
    deployment: {
      resources: [
        { urn: "urn:pulumi:dev::kvm-migration-lab::pulumi:pulumi:Stack::dev", type: "pulumi:pulumi:Stack" },
        { urn, type: "libvirt:index/network:Network", inputs: { addresses, name: "lab" } },
      ],
    },
  });
const built = (network: string) => ({ network, machines: "built" }) as const;

describe("a network that a lab is to leave", () => {
  test("is one of other addresses than its settings say", () => {
    expect(networkToLeave(stateIn(["10.77.0.0/24"]), built("172.16.0.0/16"))).toBe(urn);
    expect(networkToLeave(stateIn(["10.77.0.0/24"]), built("10.77.0.0/16"))).toBe(urn);
  });

  test("is none where nothing changed, nothing was built, or the lab builds none", () => {
    expect(networkToLeave(stateIn(["10.77.0.0/24"]), built("10.77.0.0/24"))).toBeUndefined();
    expect(networkToLeave(JSON.stringify({ deployment: {} }), built("10.77.0.0/24"))).toBeUndefined();
    const existing = { network: "172.16.0.0/16", machines: "existing" } as const;
    expect(networkToLeave(stateIn(["10.77.0.0/24"]), existing)).toBeUndefined();
  });
});
