import { fstatSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listenOnLoopback, loopbackCandidates } from "../../../../machines/hypervisor/loopback-listeners";

describe("loopbackCandidates", () => {
  it("gives a lab the same places every time, and other labs others", () => {
    expect(loopbackCandidates("dev")).toEqual(loopbackCandidates("dev"));
    expect(loopbackCandidates("dev")[0]).not.toEqual(loopbackCandidates("classroom")[0]);
  });

  it("stays within 127.64.0.0/10, one address a server", () => {
    for (const places of loopbackCandidates("dev")) {
      const [, net = "", subnet = ""] = places[0]?.address.split(".") ?? [];
      expect(Number(net)).toBeGreaterThanOrEqual(64);
      expect(Number(net)).toBeLessThan(128);
      expect(places.map((endpoint) => endpoint.address)).toEqual(
        [2, 3, 4, 5, 6, 7, 8, 9, 10].map((host) => `127.${net}.${subnet}.${host}`),
      );
    }
  });
});

describe("listenOnLoopback", () => {
  it("moves on when the lab's place is taken", async () => {
    const first = await listenOnLoopback("unit-test");
    const second = await listenOnLoopback("unit-test");
    try {
      expect(first.endpoints).toEqual(loopbackCandidates("unit-test")[0]);
      expect(second.endpoints).toEqual(loopbackCandidates("unit-test")[1]);
      const sockets = first.descriptors.map((descriptor) => fstatSync(descriptor).isSocket());
      expect(sockets).toEqual(Array.from({ length: 9 }, () => true));
    } finally {
      first.close();
      second.close();
    }
  });
});
