import { describe, expect, test } from "vitest";
import { placeOf, type ServerStatus, statusTable, timeOf } from "../../../cli/status";

const server = (name: string, guestSince = ""): ServerStatus => ({
  name,
  answers: true,
  share: "nfs:/migration nfs4 /var/lib/libvirt/images",
  guests: guestSince ? "guest running" : "",
  guestSince,
});
const at = "2026-11-23T08:00:00Z";

describe("where the guest is", () => {
  test("is what the hosts say", () => {
    const looks = [
      { status: server("source"), active: false },
      { status: server("target", at), active: true },
    ];
    expect(placeOf(looks)).toEqual({ runningOn: "target", copies: ["target"], since: at, state: "running" });
    expect(placeOf(looks.slice(0, 1))).toEqual({ runningOn: "nowhere", copies: [], since: "", state: "" });
  });

  test("is since the last move where the host does not know it", () => {
    const looks = [{ status: server("target"), active: true }];
    expect(placeOf(looks, { runningOn: "target", migratedAt: at }).since).toBe(at);
    expect(placeOf(looks, { runningOn: "source", migratedAt: at }).since).toBe("");
  });

  test("names both hosts when two copies run", () => {
    const looks = ["source", "target"].map((name) => ({ status: server(name, at), active: true }));
    expect(placeOf(looks)).toMatchObject({ runningOn: "source, target", copies: ["source", "target"] });
  });
});

test("the time of a file is told as a date, or not at all", () => {
  expect(timeOf("1795420800\n")).toBe("2026-11-23T08:00:00Z");
  expect(timeOf("")).toBe("");
});

describe("the table", () => {
  const status = {
    lab: "dev",
    complete: true,
    servers: [server("source"), server("target", at)],
    guest: { name: "guest", runningOn: "target", copies: ["target"], since: at, state: "running" },
  };

  test("ends with where the guest is and since when", () => {
    const now = Date.parse(at) + 5 * 60_000;
    expect(statusTable(status, now).split("\n").at(-1)).toBe(`guest runs on target, since ${at} (5 min ago)`);
  });

  test("does not call a guest running that stands still, and says why it does", () => {
    const state = "paused (I/O error)";
    const looks = [{ status: server("target", at), active: true, state }];
    const now = Date.parse(at);
    const text = statusTable({ ...status, guest: { name: "guest", ...placeOf(looks) } }, now);
    expect(text.split("\n").at(-1)).toContain("guest is paused (I/O error) on target, since");
  });

  test("says what is wrong", () => {
    const trouble = { ...server("nfs"), answers: false, trouble: "KVM-401 on nfs" };
    const copies = ["source", "target"];
    const bad = { ...status, complete: false, servers: [trouble], guest: { ...status.guest, copies } };
    const text = statusTable(bad);
    expect(text).toContain("silent");
    expect(text).toContain("TWO COPIES");
    expect(text).toContain("./lab up dev goes on");
    expect(text).toContain("KVM-401 on nfs");
  });
});
