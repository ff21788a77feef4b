import { expect, it } from "vitest";
import { Network } from "../../../components/network";
import type { Platform } from "../../../components/platform";
import { recordProgram } from "./recorded-program";
import { otherImagePlatform, privatePlatform, sharedPlatform } from "./sample-platforms";

const networkOn = async (platform: Platform) => {
  const program = await recordProgram(() => new Network("network", { platform, cidr: "10.77.0.0/24" }));
  return program.find("libvirt:index/network:Network", "network").inputs;
};

it("leads nowhere on the private hypervisor, and asks no DHCP of machines that know their address", async () => {
  expect(await networkOn(privatePlatform)).toMatchObject({
    name: "lab",
    mode: "none",
    addresses: ["10.77.0.0/24"],
    dhcp: { enabled: false },
    dns: { enabled: false },
    autostart: true,
  });
});

it("lets machines on a shared hypervisor out, under the stack's name", async () => {
  expect(await networkOn(sharedPlatform)).toMatchObject({
    name: "dev-lab",
    mode: "nat",
    dhcp: { enabled: false },
  });
});

it("gives other images their addresses by DHCP", async () => {
  expect(await networkOn(otherImagePlatform)).toMatchObject({
    dhcp: { enabled: true },
    dns: { enabled: true },
  });
});
