import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepRoutes, mergeRoutes, readRoutes } from "../../../../machines/hypervisor/routes";

const net = (start: string) => ({ nfs: `${start}.2`, source: `${start}.3`, target: `${start}.4` });

describe("the ways to a lab's servers", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "routes-"));
    file = join(folder, "routes.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("lead to the wanted addresses first, and to each earlier one once", () => {
    const first = mergeRoutes(undefined, net("10.77.0"));
    const second = mergeRoutes(first, net("192.168.9"));
    expect(second.source).toEqual(["192.168.9.3", "10.77.0.3"]);
    expect(mergeRoutes(second, net("10.77.0")).source).toEqual(["10.77.0.3", "192.168.9.3"]);
  });

  it("are one a server again when nobody is at the earlier ones", async () => {
    await keepRoutes(file, net("10.77.0"));
    await keepRoutes(file, net("172.16.0"));
    expect((await readRoutes(file))?.nfs).toEqual(["172.16.0.2", "10.77.0.2"]);
    await keepRoutes(file, net("172.16.0"), { only: true });
    expect(await readRoutes(file)).toEqual({
      nfs: ["172.16.0.2"],
      source: ["172.16.0.3"],
      target: ["172.16.0.4"],
    });
    expect(await readFile(file, "utf8")).toMatch(/^\{.*\}\n$/);
  });

  it("lead to a server that is not wanted any more until nobody is there, behind the others", async () => {
    await keepRoutes(file, { ...net("10.77.0"), third: "10.77.0.5" });
    expect(Object.keys(await keepRoutes(file, net("10.77.0")))).toEqual(["nfs", "source", "target", "third"]);
    expect(Object.keys(await keepRoutes(file, net("10.77.0"), { only: true }))).toEqual(Object.keys(net("")));
  });

  it("are none before there is a lab", async () => {
    expect(await readRoutes(file)).toBeUndefined();
  });
});
