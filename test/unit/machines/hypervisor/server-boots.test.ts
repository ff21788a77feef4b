import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bootsAfter,
  countRestarts,
  parseServers,
  type ServerSeen,
  serversAway,
} from "../../../../machines/hypervisor/server-boots";

const server = (name: string, boot: string, state = "running"): ServerSeen => ({ name, boot, state });

describe("what libvirt says of servers", () => {
  it("is read with states of two words", () => {
    expect(
      parseServers(" 1    nfs      running\n 12   target   paused\n -    source   shut off\n\n"),
    ).toEqual([
      { name: "nfs", id: "1", state: "running" },
      { name: "target", id: "12", state: "paused" },
      { name: "source", id: "-", state: "shut off" },
    ]);
  });

  it("is counted for each server that restarted from inside", () => {
    const told = `2026-11-29 01:53:07.438+0000: event 'reboot' for domain 'nfs'
2026-11-29 01:53:07.531+0000: event 'reboot' for domain 'nfs'
2026-11-29 01:54:03.819+0000: event 'reboot' for domain 'source'
`;
    expect([...countRestarts(told)]).toEqual([
      ["nfs", 2],
      ["source", 1],
    ]);
  });
});

describe("servers that are away", () => {
  it("are told by what has to be done to them", () => {
    const known = { nfs: "p 1 0", source: "p 2 0", target: "p 3 0" };
    const seen = [
      server("nfs", "", "shut off"),
      server("source", "p 2 3"),
      server("target", "p 3 0", "paused"),
    ];
    expect(serversAway(seen, known)).toEqual({ off: ["nfs"], paused: ["target"], booted: ["source"] });
  });

  it("are started when they crashed, and when libvirt has no more of them than a definition", () => {
    const seen = [server("nfs", "p 1 0", "crashed"), server("source", "", "shut off")];
    expect(serversAway(seen, {}).off).toEqual(["nfs", "source"]);
  });

  it("are none where nothing has happened, or where nothing was known", () => {
    const none = { off: [], paused: [], booted: [] };
    const seen = [server("nfs", "p 1 0"), server("source", "p 2 0")];
    expect(serversAway(seen, { nfs: "p 1 0", source: "p 2 0" })).toEqual(none);
    expect(serversAway(seen, {})).toEqual(none);
  });
});

describe("the boots that a lab knows after a run", () => {
  it("are those of servers that the run made, and of those that stayed", () => {
    const before = [server("nfs", "p 1 0")];
    const after = [server("nfs", "p 1 0"), server("source", "p 2 0")];
    expect(bootsAfter({}, before, after, [])).toEqual({ nfs: "p 1 0", source: "p 2 0" });
  });

  it("leave a restart during the run to the next one", () => {
    const known = bootsAfter({}, [server("nfs", "p 1 0")], [server("nfs", "p 1 3")], []);
    expect(serversAway([server("nfs", "p 1 3")], known).booted).toEqual(["nfs"]);
  });

  it("leave those that had been away to the next run when this one failed, known before or not", () => {
    const now = [server("nfs", "p 4 0"), server("source", "p 5 0")];
    const known = bootsAfter({ nfs: "p 1 0" }, now, now, ["nfs", "source"]);
    expect(serversAway(now, known).booted).toEqual(["nfs", "source"]);
  });

  it("never hide a server that booted since, whatever happens when", () => {
    const boot = fc.record({ id: fc.nat(3), restarts: fc.nat(3) });
    const text = ({ id, restarts }: { id: number; restarts: number }) => `p ${id} ${restarts}`;
    fc.assert(
      fc.property(boot, boot, boot, (before, after, later) => {
        const known = bootsAfter({}, [server("nfs", text(before))], [server("nfs", text(after))], []);
        const { booted } = serversAway([server("nfs", text(later))], known);
        // The engine saw the server of `before`, or made another one meanwhile.
        const lookedAt = before.id === after.id ? before : after;
        expect(booted.length === 0).toBe(text(later) === text(lookedAt));
      }),
    );
  });
});
